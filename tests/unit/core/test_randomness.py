"""A draw depends on a seed and on names, and on nothing else."""

from takht.core.randomness import rng_for


def test_draws_do_not_depend_on_the_order_in_which_they_are_made():
    forward = [rng_for(7, name).random() for name in ("oud", "qanun")]
    backward = [rng_for(7, name).random() for name in ("qanun", "oud")]
    assert forward == backward[::-1]


def test_every_name_and_seed_has_its_own_draws():
    keys = [(7, "oud", 0), (7, "oud", 1), (7, "oud", "1"), (7, "nay", 0), (8, "oud", 0)]
    keys += [(7, "ab", "c"), (7, "a", "bc"), (7, "abc")]
    assert len({rng_for(*key).random() for key in keys}) == len(keys)


def test_the_draws_are_the_same_on_every_machine():
    assert rng_for(1, "عود").integers(0, 1000, 5).tolist() == [885, 12, 0, 547, 968]
