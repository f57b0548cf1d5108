/* SPDX-License-Identifier: Apache-2.0
 *
 * A bucket is one time: when all that was taken from it will be paid back at the rate. It is empty when that
 * is further off than the burst is long.
 *
 * The table is a cache of sets of 8: a name belongs into one set, by a hash with a secret, and takes the
 * place of what has been idle longest there. What is forgotten so was, of a table of 16,384, the least of
 * anybody's worries.
 */
#include "daemon/service/limits.h"

#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETS = 2048, WAYS = 8, LOCKS = 64, SHARED = 16, MINUTE_S = 60 };
#define SECOND_NS INT64_C(1000000000)
#define MS_NS     INT64_C(1000000)
/* Longer than any wait that is told: no sum overflows. */
#define FOREVER_NS (INT64_C(1) << 60)

struct bucket {
    uint64_t hash; /* of the name; 0: free */
    int64_t used_ns;
    int64_t paid_ns[TZ_RATES];
    int64_t forgiven_ns; /* the same for failures */
    uint32_t connections;
};

struct tz_limits {
    const struct tz_env *env;
    uint8_t secret[crypto_shorthash_KEYBYTES];
    _Atomic int64_t a_second[TZ_RATES];
    _Atomic int64_t burst_s;
    _Atomic int64_t failures;
    _Atomic int64_t connections;
    pthread_mutex_t lock[LOCKS]; /* of the sets whose number leaves this rest */
    struct bucket set[SETS][WAYS];
};

/* A name, and how many times a principal's share it may have. */
struct account {
    uint64_t hash;
    int64_t share;
};

const char *tz_rate_name(enum tz_rate rate)
{
    static const char *const names[TZ_RATES] = {"requests", "records", "bytes"};
    return names[rate];
}

int tz_limits_new(struct tz_limits **out, const struct tz_rate_options *options, const struct tz_env *env)
{
    struct tz_limits *l = calloc(1, sizeof *l);
    if (!l)
        return TZ_ENOMEM;
    l->env = env;
    env->random(env->ctx, l->secret, sizeof l->secret);
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_init(&l->lock[i], NULL);
    tz_limits_set(l, options);
    *out = l;
    return TZ_OK;
}

void tz_limits_free(struct tz_limits *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < LOCKS; i++)
        pthread_mutex_destroy(&l->lock[i]);
    free(l);
}

void tz_limits_set(struct tz_limits *l, const struct tz_rate_options *options)
{
    for (size_t i = 0; i < TZ_RATES; i++)
        atomic_store(&l->a_second[i], options->a_second[i]);
    atomic_store(&l->burst_s, options->burst_s);
    atomic_store(&l->failures, options->failures);
    atomic_store(&l->connections, options->connections);
}

static int64_t now_ns(const struct tz_limits *l)
{
    return l->env->mono_us(l->env->ctx) * 1000;
}

/* --- names --- */

static uint64_t hash_of(const struct tz_limits *l, char type, const char *name)
{
    char text[128];
    uint64_t hash;
    int n = snprintf(text, sizeof text, "%c%s", type, name);
    size_t len = n < (int)sizeof text ? (size_t)n : sizeof text - 1;
    crypto_shorthash((uint8_t *)&hash, (const uint8_t *)text, len, l->secret);
    return hash ? hash : 1;
}

static uint64_t principal_hash(const struct tz_limits *l, const char *principal)
{
    return hash_of(l, 'p', principal);
}

/* What connections are counted by, too (net/inet.h). The socket has no network, and is a place of its own. */
static uint64_t address_hash(const struct tz_limits *l, const struct tz_peer *peer)
{
    char name[2 * TZ_NETWORK_SIZE + 1];
    sodium_bin2hex(name, sizeof name, peer->network, sizeof peer->network);
    return hash_of(l, peer->local ? 'u' : 'a', name);
}

/* --- buckets --- */

static size_t set_of(uint64_t hash)
{
    return (size_t)(hash % SETS);
}

static void lock(struct tz_limits *l, uint64_t hash)
{
    pthread_mutex_lock(&l->lock[set_of(hash) % LOCKS]);
}

static void unlock(struct tz_limits *l, uint64_t hash)
{
    pthread_mutex_unlock(&l->lock[set_of(hash) % LOCKS]);
}

/* NULL: it has none. */
static struct bucket *find(struct tz_limits *l, uint64_t hash)
{
    struct bucket *way = l->set[set_of(hash)];
    for (size_t i = 0; i < WAYS; i++)
        if (way[i].hash == hash)
            return &way[i];
    return NULL;
}

/* Found or made. NULL: the set is full of principals that are connected. */
static struct bucket *take(struct tz_limits *l, uint64_t hash, int64_t now)
{
    struct bucket *b = find(l, hash);
    struct bucket *way = l->set[set_of(hash)];
    for (size_t i = 0; !b && i < WAYS; i++)
        if (!way[i].hash)
            b = &way[i];
    for (size_t i = 0; !b && i < WAYS; i++) {
        bool oldest = way[i].connections == 0;
        for (size_t k = 0; oldest && k < WAYS; k++)
            oldest = way[k].connections > 0 || way[i].used_ns <= way[k].used_ns;
        if (oldest)
            b = &way[i];
    }
    if (b && b->hash != hash)
        *b = (struct bucket){.hash = hash};
    if (b)
        b->used_ns = now;
    return b;
}

/* How long until the bucket has something again; 0: now. */
static int64_t wait_of(int64_t paid_ns, int64_t burst_ns, int64_t now)
{
    int64_t wait = paid_ns - now - burst_ns;
    return paid_ns > now && wait >= 0 ? wait + 1 : 0;
}

static void charge(int64_t *paid_ns, int64_t cost_ns, int64_t now)
{
    if (*paid_ns < now)
        *paid_ns = now;
    *paid_ns += cost_ns < FOREVER_NS ? cost_ns : FOREVER_NS;
}

/* Sum of the amount's time at the rate. */
static int64_t cost_of(int64_t amount, int64_t a_second)
{
    double ns = (double)amount * (double)SECOND_NS / (double)a_second;
    return ns < (double)FOREVER_NS ? (int64_t)ns : FOREVER_NS;
}

static int64_t ms_of(int64_t ns)
{
    return ns / MS_NS + 1;
}

/* --- requests --- */

/* The measure of which there is nothing left, and how long; 0: none. */
static int64_t look(struct tz_limits *l, const struct account *a, int64_t now, enum tz_rate *what)
{
    int64_t longest = 0;
    int64_t burst_ns = atomic_load(&l->burst_s) * SECOND_NS;
    lock(l, a->hash);
    const struct bucket *b = find(l, a->hash);
    for (enum tz_rate i = 0; b && i < TZ_RATES; i++) {
        int64_t wait = atomic_load(&l->a_second[i]) ? wait_of(b->paid_ns[i], burst_ns, now) : 0;
        if (wait > longest) {
            longest = wait;
            *what = i;
        }
    }
    unlock(l, a->hash);
    return longest;
}

static void pay(struct tz_limits *l, const struct account *a, const int64_t amount[TZ_RATES], int64_t now)
{
    lock(l, a->hash);
    struct bucket *b = take(l, a->hash, now);
    for (size_t i = 0; b && i < TZ_RATES; i++) {
        int64_t rate = atomic_load(&l->a_second[i]);
        if (rate && amount[i])
            charge(&b->paid_ns[i], cost_of(amount[i], rate * a->share), now);
    }
    unlock(l, a->hash);
}

static bool limits_anything(const struct tz_limits *l)
{
    for (size_t i = 0; i < TZ_RATES; i++)
        if (atomic_load(&l->a_second[i]))
            return true;
    return false;
}

int tz_limits_take(struct tz_limits *l, const struct tz_peer *peer, const char *principal, const char *person,
                   const int64_t amount[TZ_RATES], struct tz_error *e)
{
    struct account account[3];
    size_t count = 0;
    int64_t longest = 0;
    enum tz_rate what = TZ_RATE_REQUESTS;
    if (!limits_anything(l))
        return TZ_OK;
    int64_t now = now_ns(l);
    account[count++] = (struct account){address_hash(l, peer), SHARED};
    account[count++] = (struct account){principal_hash(l, principal), person[0] ? SHARED : 1};
    if (person[0])
        account[count++] = (struct account){principal_hash(l, person), 1};
    for (size_t i = 0; i < count; i++) {
        enum tz_rate of = TZ_RATE_REQUESTS;
        int64_t wait = look(l, &account[i], now, &of);
        if (wait > longest) {
            longest = wait;
            what = of;
        }
    }
    if (longest) {
        tz_error_text(tz_error_set(e, TZ_CODE(RATE_LIMITED), NULL, NULL), "what", tz_rate_name(what));
        tz_error_number(e, "wait_ms", ms_of(longest));
        return TZ_EINVAL;
    }
    for (size_t i = 0; i < count; i++)
        pay(l, &account[i], amount, now);
    return TZ_OK;
}

int64_t tz_limits_wait_ms(const struct tz_error *e)
{
    for (size_t i = 0; i < TZ_ERROR_PARAMS && e->params[i].name[0]; i++)
        if (strcmp(e->params[i].name, "wait_ms") == 0)
            return e->params[i].number;
    return 0;
}

/* --- sessions --- */

int tz_limits_enter(struct tz_limits *l, const char *principal, struct tz_error *e)
{
    int rc = TZ_OK;
    int64_t most = atomic_load(&l->connections);
    uint64_t hash = principal_hash(l, principal);
    lock(l, hash);
    struct bucket *b = take(l, hash, now_ns(l));
    if (b && most && b->connections >= most) {
        tz_error_set(e, TZ_CODE(TOO_MANY_CONNECTIONS), "principal", principal);
        tz_error_number(e, "limit", most);
        rc = TZ_EINVAL;
    } else if (b) {
        b->connections++;
    }
    unlock(l, hash);
    return rc;
}

void tz_limits_leave(struct tz_limits *l, const char *principal)
{
    uint64_t hash = principal_hash(l, principal);
    lock(l, hash);
    struct bucket *b = find(l, hash);
    if (b && b->connections)
        b->connections--;
    unlock(l, hash);
}

/* --- failures --- */

static int64_t failure_cost(const struct tz_limits *l)
{
    return cost_of(MINUTE_S, atomic_load(&l->failures));
}

int tz_limits_may_try(struct tz_limits *l, const struct tz_peer *peer, struct tz_error *e)
{
    uint64_t hash = address_hash(l, peer);
    lock(l, hash);
    const struct bucket *b = find(l, hash);
    bool known = b != NULL;
    int64_t forgiven_ns = known ? b->forgiven_ns : 0;
    unlock(l, hash);
    /* There must be room for a whole one: so many, and not one more for what the first one has paid back. */
    int64_t wait = forgiven_ns - now_ns(l) - MINUTE_S * SECOND_NS + failure_cost(l);
    if (!known || wait <= 0)
        return TZ_OK;
    tz_error_text(tz_error_set(e, TZ_CODE(SLOW_DOWN), NULL, NULL), "what", "failures");
    tz_error_number(e, "wait_ms", ms_of(wait));
    return TZ_EINVAL;
}

void tz_limits_failed(struct tz_limits *l, const struct tz_peer *peer)
{
    uint64_t hash = address_hash(l, peer);
    int64_t now = now_ns(l);
    lock(l, hash);
    struct bucket *b = take(l, hash, now);
    if (b)
        charge(&b->forgiven_ns, failure_cost(l), now);
    unlock(l, hash);
}
