/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "client/cli/cli.h"

int main(int argc, char **argv)
{
    return tz_cli_main(argc, argv, stdout, stderr);
}
