/* SPDX-License-Identifier: Apache-2.0
 *
 * The committees of the local copy as a tree. Its numbers are its own, given in the order of depth and code:
 * a copy holds few of the registry's, and a tree's numbers are dense.
 */
#ifndef TZ_CLIENT_LIB_LOCAL_TREE_H
#define TZ_CLIENT_LIB_LOCAL_TREE_H

#include "client/lib/copy.h"
#include "common/totals/tree.h"

/* The caller frees the tree, which has no date yet. TZ_ECORRUPT: the committees contradict one another; TZ_ENOMEM; TZ_EIO. */
int tz_local_tree(struct tz_profile *p, struct tz_tree **out) TZ_MUSTCHECK;

/* Puts a unit below the root of which nothing is known but the code, unless the tree has the code: a place
 * that has been moved out of the subtree is still what a record says. An empty code, or one of a wrong form,
 * is nothing. */
int tz_local_tree_stand_in(struct tz_tree *t, const char *code) TZ_MUSTCHECK;

#endif
