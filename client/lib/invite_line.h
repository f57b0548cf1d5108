/* SPDX-License-Identifier: Apache-2.0
 *
 * The line that an office gets: where the registry is, a one-time code, and by what the registry is known.
 *
 *     taizhang://HOST:PORT/?c=CODE&k=FINGERPRINT
 *
 * CODE and FINGERPRINT (of the certificate, to be pinned) are base64url without padding; the fingerprint
 * `system` stands for a certificate that the system's store verifies. PROTOCOL.md, section 1, is the format.
 */
#ifndef TZ_CLIENT_LIB_INVITE_LINE_H
#define TZ_CLIENT_LIB_INVITE_LINE_H

#include "client/lib/trust.h"

enum { TZ_SERVER_SIZE = 300, TZ_INVITE_LINE_SIZE = 420 };

struct tz_invite_line {
    char server[TZ_SERVER_SIZE]; /* HOST:PORT or [IPV6]:PORT */
    uint8_t code[TZ_INVITATION_SIZE];
    struct tz_trust trust;
};

/* What is wrong with a line. */
enum tz_line_problem {
    TZ_LINE_FINE,
    TZ_LINE_OTHER,       /* it is something else: it does not begin with taizhang:// */
    TZ_LINE_ADDRESS,     /* no HOST:PORT */
    TZ_LINE_CODE,        /* the code is missing, or not whole */
    TZ_LINE_FINGERPRINT, /* the same of the fingerprint */
};

/* Reads a line as people paste it: blanks, line breaks, quotation marks around it, full-width characters and
 * a & that a mail program wrote as &amp; do no harm; parameters that are not known are of a later version. */
enum tz_line_problem tz_invite_line_read(const char *line, size_t len,
                                         struct tz_invite_line *out) TZ_MUSTCHECK;

/* TZ_EINVAL: the server is not HOST:PORT. */
int tz_invite_line_print(const struct tz_invite_line *in, char out[TZ_INVITE_LINE_SIZE]) TZ_MUSTCHECK;

#endif
