# SPDX-License-Identifier: Apache-2.0
"""The slow sum: totals straight from the rules R1-R5 and R7, over a plain list of records, and a random play that
holds the registry to it at every node. Written from the rules alone; shares nothing with the registry."""

import dataclasses
import random

import bodies
import registry
import tzclient
from tzclient import outcome_name, record

STAGES = 4


@dataclasses.dataclass
class Held:
    """A live record. value None: `some`; stated False: an empty cell."""
    committee: str
    key: str
    stated: bool
    value: int
    qualifier: str
    subtree: bool
    part_of: tuple
    stage: int

    @property
    def number(self):
        return self.stated and self.value is not None


def qualifier_of(records):
    """The sum rule."""
    inexact = {one.qualifier for one in records if one.number} - {"exact"}
    if not inexact:
        return "exact"
    if inexact == {"at_least"}:
        return "at_least"
    if inexact <= {"over", "at_least"}:
        return "over"
    return "nearly" if inexact == {"nearly"} else "about"


def summed(records):
    """(value, qualifier, records, unquantified) or None."""
    stated = [one for one in records if one.stated]
    if not stated:
        return None
    some = sum(not one.number for one in stated)
    if some == len(stated):
        return (None, "some", some, some)
    return (sum(one.value for one in stated if one.number), qualifier_of(stated), len(stated), some)


class Oracle:
    def __init__(self, tree):
        self.parent = {code: parent for code, _, _, parent, *_ in tree}
        self.level = {code: level for code, _, level, *_ in tree}
        self.name = {code: name for code, name, *_ in tree}
        self.groupings = {code for code, _, _, _, *grouping in tree if grouping}
        self.records = {}
        self.revisions = {}

    def path(self, code):
        """The unit and all above it."""
        while code:
            yield code
            code = self.parent[code]

    def under(self, node):
        return [one for one in self.records.values() if node in self.path(one.committee)]

    def whole(self, part):
        """The record that a part is left out for, wherever both are in the sum."""
        found = self.records.get(part.part_of) if part.part_of else None
        return found if found is not None and not found.subtree and found.number else None

    def reports(self, node):
        return any(one.committee == node and one.subtree and one.number for one in self.records.values())

    def sum_at(self, node, top=None, built=False):
        """The records that make up a node's figure; built: as if it did not report."""
        top = top or node
        mine = [one for one in self.records.values() if one.committee == node]
        if self.reports(node) and not built:
            return [one for one in mine if one.subtree]
        taken = []
        for one in mine:
            whole = self.whole(one)
            left_out = whole is not None and top in self.path(whole.committee)
            if not left_out and not (one.subtree and one.number):
                taken.append(one)
        for child, parent in self.parent.items():
            if parent == node:
                taken += self.sum_at(child, top)
        return taken

    def overlap(self, node):
        """(value, records): parts behind a reporting node whose whole is in the same sum."""
        taken = self.sum_at(node)
        keys = {(one.committee, one.key) for one in taken}
        value = count = 0
        for one in self.under(node):
            if one.stated and self.whole(one) and one.part_of in keys:
                above = list(self.path(one.committee))
                between = above[:above.index(node) + 1]
                if any(self.reports(unit) for unit in between) and (one.committee, one.key) not in keys:
                    value += one.value or 0
                    count += 1
        return (value, count)

    # --- comparing ---

    def compare(self, client):
        """Every node, whole and by stage, against the registry."""
        asked = []
        for node in self.parent:
            for by in ([], ["stage"]):
                request = tzclient.pb.TotalsRequest(kind=1, period="2017", committee=node, by=by)
                asked.append((node, by, client.send("totals", request)))
        positions = set()
        for node, by, number in asked:
            reply = client.wait(number)[-1].totals
            positions.add(reply.position)
            if by:
                self.compare_slices(node, reply)
            else:
                self.compare_whole(node, reply)
        assert len(positions) == 1

    def compare_whole(self, node, reply):
        assert len(reply.rows) == 1
        figures = {figure.measure: figure for figure in reply.rows[0].figures}
        found = figures.get("quantity")
        expected = summed(self.sum_at(node))
        assert (tzclient.plain(found.sum) if found else None) == expected, (node, expected, found)
        under = self.under(node)
        assert (figures["records"].sum.value if "records" in figures else 0) == len(under), node
        units = {one.committee for one in under}
        assert (figures["committees"].sum.value if "committees" in figures else 0) == len(units), node
        if found is None:
            return
        overlap = self.overlap(node)
        assert (found.overlap.value, found.overlap.records) == overlap, (node, overlap, found)
        built = summed(self.sum_at(node, built=True))
        children = [child for child, above in self.parent.items() if above == node]
        if self.reports(node) and any(summed(self.sum_at(child, node)) for child in children):
            assert found.HasField("built_up"), (node, found)
        if found.HasField("built_up"):
            assert self.reports(node)
            assert tzclient.plain(found.reported) == expected
            assert found.built_up.records == 0 or tzclient.plain(found.built_up) == built, (node, built, found)

    def compare_slices(self, node, reply):
        taken, under = self.sum_at(node), self.under(node)
        slices = {}
        for row in reply.rows:
            stage = 0 if row.by[0].unstated else row.by[0].number
            assert stage not in slices
            slices[stage] = {figure.measure: figure for figure in row.figures}
        for stage in range(STAGES + 1):
            figures = slices.get(stage, {})
            found = tzclient.plain(figures["quantity"].sum) if "quantity" in figures else None
            expected = summed([one for one in taken if one.stage == stage])
            assert found == expected, (node, stage, expected, found)
            count = sum(one.stage == stage for one in under)
            assert (figures["records"].sum.value if "records" in figures else 0) == count, (node, stage)

    # --- playing ---

    def draw(self, chance):
        """A random record that the registry must take."""
        committee = chance.choice(sorted(set(self.parent) - self.groupings))
        key = f"K{chance.randrange(4)}"
        subtree = chance.random() < 0.15
        part_of = None
        if not subtree and chance.random() < 0.45:
            above = [unit for unit in self.path(committee) if unit not in self.groupings]
            part_of = (chance.choice(above), f"K{chance.randrange(4)}")
            whole = self.records.get(part_of)
            same = part_of[0] == committee
            chain = same and whole is not None and whole.part_of is not None and whole.part_of[0] == committee
            has_parts = any(one.committee == committee and one.part_of == (committee, key)
                            for one in self.records.values())
            if part_of == (committee, key) or chain or (same and has_parts):
                part_of = None
        draw = chance.random()
        stated, value = draw >= 0.1, None if draw < 0.25 else chance.randrange(1000)
        qualifier = chance.choice(["exact", "exact", "over", "nearly", "about", "at_least"])
        return Held(committee, key, stated, value, qualifier, subtree, part_of, chance.randrange(STAGES + 1))

    def put(self, client, one):
        place = f"{one.committee}/project/2017/{one.key}"
        amount = None if not one.stated else "若干" if one.value is None else (one.value, one.qualifier)
        body = bodies.project(amount, scope=bodies.SUBTREE if one.subtree else bodies.OWN,
                              part_of=f"{one.part_of[0]}/project/2017/{one.part_of[1]}" if one.part_of else "",
                              stage=one.stage)
        base = self.revisions.get(place, 0)
        outcome = client.submit(record(place, body, base=base))[0]
        assert outcome_name(outcome) in ("CREATED", "UPDATED", "UNCHANGED"), (one, outcome)
        self.revisions[place] = outcome.revision
        self.records[(one.committee, one.key)] = one

    def withdraw(self, client, which):
        place = f"{which[0]}/project/2017/{which[1]}"
        outcome = client.withdraw(place, self.revisions[place])
        assert outcome_name(outcome) == "WITHDRAWN", outcome
        self.revisions[place] = outcome.revision
        del self.records[which]

    def move(self, client, chance):
        """Another parent of a level above for some unit."""
        units = [code for code, level in self.level.items() if level > 1 and code not in self.groupings]
        code = chance.choice(units)
        homes = [other for other, level in self.level.items() if level < self.level[code]]
        parent = chance.choice(homes)
        outcome = client.import_committees((code, self.name[code], self.level[code], parent))[0]
        assert outcome_name(outcome) in ("UPDATED", "UNCHANGED"), (code, parent, outcome)
        self.parent[code] = parent


def play(client, seed, operations, compare_every=20, moves=True):
    """Random changes over the small tree, compared as it goes."""
    chance = random.Random(seed)
    oracle = Oracle(registry.TREE)
    for step in range(1, operations + 1):
        draw = chance.random()
        if draw < 0.2 and oracle.records:
            oracle.withdraw(client, chance.choice(sorted(oracle.records)))
        elif draw < 0.25 and moves:
            oracle.move(client, chance)
        else:
            oracle.put(client, oracle.draw(chance))
        if step % compare_every == 0 or step == operations:
            oracle.compare(client)
    return oracle
