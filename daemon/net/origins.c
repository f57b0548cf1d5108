/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/origins.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 4096 };

struct origin {
    struct origin *next;
    size_t count; /* never 0 */
    uint8_t network[TZ_NETWORK_SIZE];
};

struct tz_origins {
    pthread_mutex_t lock;
    uint8_t key[crypto_shorthash_KEYBYTES]; /* peers choose their addresses, but not their buckets */
    struct origin *bucket[BUCKETS];
};

int tz_origins_new(struct tz_origins **out)
{
    struct tz_origins *o = calloc(1, sizeof *o);
    if (!o)
        return TZ_ENOMEM;
    if (sodium_init() < 0 || pthread_mutex_init(&o->lock, NULL) != 0) {
        free(o);
        return TZ_ENOMEM;
    }
    crypto_shorthash_keygen(o->key);
    *out = o;
    return TZ_OK;
}

void tz_origins_free(struct tz_origins *o)
{
    if (!o)
        return;
    for (size_t i = 0; i < BUCKETS; i++) {
        while (o->bucket[i]) {
            struct origin *next = o->bucket[i]->next;
            free(o->bucket[i]);
            o->bucket[i] = next;
        }
    }
    pthread_mutex_destroy(&o->lock);
    free(o);
}

/* Where the pointer to it stands, or would. */
static struct origin **find(struct tz_origins *o, const uint8_t network[TZ_NETWORK_SIZE])
{
    uint8_t hash[crypto_shorthash_BYTES];
    uint64_t n;
    crypto_shorthash(hash, network, TZ_NETWORK_SIZE, o->key);
    memcpy(&n, hash, sizeof n);
    struct origin **at = &o->bucket[n % BUCKETS];
    while (*at && memcmp((*at)->network, network, TZ_NETWORK_SIZE) != 0)
        at = &(*at)->next;
    return at;
}

static int take(struct origin **at, const uint8_t network[TZ_NETWORK_SIZE], size_t limit)
{
    if (*at && (*at)->count >= limit)
        return TZ_ELIMIT;
    if (!*at) {
        *at = calloc(1, sizeof **at);
        if (!*at)
            return TZ_ENOMEM;
        memcpy((*at)->network, network, TZ_NETWORK_SIZE);
    }
    (*at)->count++;
    return TZ_OK;
}

int tz_origins_take(struct tz_origins *o, const uint8_t network[TZ_NETWORK_SIZE], size_t limit)
{
    pthread_mutex_lock(&o->lock);
    int rc = take(find(o, network), network, limit);
    pthread_mutex_unlock(&o->lock);
    return rc;
}

void tz_origins_give(struct tz_origins *o, const uint8_t network[TZ_NETWORK_SIZE])
{
    pthread_mutex_lock(&o->lock);
    struct origin **at = find(o, network);
    assert(*at);
    if (--(*at)->count == 0) {
        struct origin *gone = *at;
        *at = gone->next;
        free(gone);
    }
    pthread_mutex_unlock(&o->lock);
}
