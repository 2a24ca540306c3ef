"""Which twins there are: models alike but for how many query heads share how many K/V heads.

Sharing: 8 query heads over 8 (multi-head), 4, 2 and 1 (multi-query) K/V heads, equal parameters.
Queries: 1 (the plain attention of one head), 2, 4 and 8 query heads over one K/V head of the same
size, once at equal parameters and once as they come.

What attention lacks in parameters the feed-forward layers get, as Shazeer (2019) did. A K/V head has
2 * D * C weights, a query head 2 * D * C too, a unit of the feed-forward 3 * C; so with D = 48 a
missing head of either kind is worth 32 units, and all sizes stay whole blocks of Q8_0.
"""

from typing import NamedTuple

WIDTH, LAYERS, HEAD_SIZE, HEADS = 128, 4, 48, 8
HIDDEN = 256  # of the multi-head twin
UNITS_PER_HEAD = 2 * HEAD_SIZE // 3
VOCABULARY = 3072


class Twin(NamedTuple):
    heads: int
    kv_heads: int
    hidden: int
    seeds: int
    plain: bool = False

    @property
    def name(self) -> str:
        return f"h{self.heads}-g{self.kv_heads}" + ("-plain" if self.plain else "")

    def runs(self) -> list[tuple[str, int]]:
        """A name and a seed for each."""
        return [(f"{self.name}-s{seed}", seed) for seed in range(1, self.seeds + 1)]


def equal(heads: int, kv_heads: int, seeds: int) -> Twin:
    missing = (HEADS - heads) + (HEADS - kv_heads)
    return Twin(heads, kv_heads, HIDDEN + UNITS_PER_HEAD * missing, seeds)


def plain(heads: int, seeds: int) -> Twin:
    """With the feed-forward of the multi-query twin, and fewer parameters."""
    return Twin(heads, 1, equal(HEADS, 1, 0).hidden, seeds, plain=True)


MULTI_QUERY = equal(8, 1, 3)
SHARING = [equal(8, 8, 3), equal(8, 4, 2), equal(8, 2, 2), MULTI_QUERY]
QUERIES_EQUAL = [equal(1, 1, 3), equal(2, 1, 2), equal(4, 1, 2), MULTI_QUERY]
QUERIES_PLAIN = [plain(1, 3), plain(2, 2), plain(4, 2), MULTI_QUERY]
TWINS = list(dict.fromkeys([*SHARING, *QUERIES_EQUAL, *QUERIES_PLAIN]))
TABLES = {
    "sharing, equal parameters": SHARING,
    "queries, equal parameters": QUERIES_EQUAL,
    "queries, plain": QUERIES_PLAIN,
}
