/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/self_signed.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/fault.h"

/* Clients do not look at the dates. A machine's clock may be wrong at the first start, so they are not taken
 * from it: from 2000 on, and to the date that RFC 5280 has for no end. */
#define NOT_BEFORE "20000101000000Z"
#define NOT_AFTER  "99991231235959Z"
#define NAME       "taizhangd"

enum { SERIAL_SIZE = 16 };

/* --- the certificate --- */

static bool set_serial(X509 *x)
{
    uint8_t bytes[SERIAL_SIZE];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] = (uint8_t)((bytes[0] & 0x7f) | 0x40); /* positive, and of full length */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
    BN_free(number);
    return ok;
}

static bool set_name(X509 *x)
{
    X509_NAME *name = X509_get_subject_name(x);
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)NAME, -1, -1, 0) ==
               1 &&
           X509_set_issuer_name(x, name) == 1;
}

static bool add_extension(X509 *x, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool ok = extension && X509_add_ext(x, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

/* NULL: OpenSSL has no memory or no randomness. */
static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *x = X509_new();
    if (x && X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) && set_name(x) &&
        ASN1_TIME_set_string(X509_getm_notBefore(x), NOT_BEFORE) == 1 &&
        ASN1_TIME_set_string(X509_getm_notAfter(x), NOT_AFTER) == 1 && X509_set_pubkey(x, key) == 1 &&
        add_extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(x, NID_key_usage, "critical,digitalSignature") &&
        add_extension(x, NID_ext_key_usage, "serverAuth") &&
        add_extension(x, NID_subject_alt_name, "DNS:" NAME) && X509_sign(x, key, EVP_sha256()) > 0)
        return x;
    X509_free(x);
    return NULL;
}

/* --- the folder --- */

static int failed(char why[TZ_WHY_SIZE], const char *what, const char *path)
{
    int e = errno;
    snprintf(why, TZ_WHY_SIZE, "cannot %s %.120s: %s", what, path, strerror(e));
    return e == ENOSPC || e == EDQUOT ? TZ_EFULL : TZ_EIO;
}

/* One of x and key. */
static int write_pem(const char *folder, const char *name, X509 *x, EVP_PKEY *key, char why[TZ_WHY_SIZE])
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!f) {
        int rc = failed(why, "make", path);
        if (fd >= 0)
            close(fd);
        return rc;
    }
    errno = 0;
    bool ok = x ? PEM_write_X509(f, x) == 1 : PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1;
    ok = ok && fflush(f) == 0 && fsync(fd) == 0;
    int rc = ok ? TZ_OK : failed(why, "write", path);
    fclose(f);
    return rc;
}

static int sync_folder(const char *path, char why[TZ_WHY_SIZE])
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd >= 0 && fsync(fd) == 0 ? TZ_OK : failed(why, "sync", path);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* What a start that was killed has left. */
static void remove_folder(const char *folder)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/cert.pem", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/key.pem", folder);
    unlink(path);
    rmdir(folder);
}

static int fill_folder(const char *folder, char why[TZ_WHY_SIZE])
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = key ? make_certificate(key) : NULL;
    int rc = TZ_ENOMEM;
    if (x) {
        rc = write_pem(folder, "key.pem", NULL, key, why);
        if (rc == TZ_OK)
            rc = write_pem(folder, "cert.pem", x, NULL, why);
        if (rc == TZ_OK)
            rc = sync_folder(folder, why);
    } else {
        snprintf(why, TZ_WHY_SIZE, "cannot make a certificate: out of memory or of randomness");
    }
    X509_free(x);
    EVP_PKEY_free(key);
    return rc;
}

static bool has_something(const char *folder)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return errno != ENOENT;
    const struct dirent *entry;
    bool some = false;
    while (!some && (entry = readdir(dir)))
        some = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(dir);
    return some;
}

int tz_self_signed_ensure(const char *folder, bool *made, char why[TZ_WHY_SIZE])
{
    char scratch[PATH_MAX];
    char parent[PATH_MAX + 8];
    *made = false;
    if (has_something(folder))
        return TZ_OK;
    int n = snprintf(scratch, sizeof scratch, "%s.new", folder);
    if (n < 0 || (size_t)n >= sizeof scratch) {
        snprintf(why, TZ_WHY_SIZE, "the path of the folder is too long");
        return TZ_EINVAL;
    }
    remove_folder(scratch);
    if (mkdir(scratch, 0700) != 0)
        return failed(why, "make", scratch);
    int rc = fill_folder(scratch, why);
    tz_fault_point("start.certificate");
    if (rc == TZ_OK && rename(scratch, folder) != 0)
        rc = failed(why, "rename", scratch);
    if (rc != TZ_OK) {
        remove_folder(scratch);
        return rc;
    }
    snprintf(parent, sizeof parent, "%s/..", folder);
    *made = true;
    return sync_folder(parent, why);
}
