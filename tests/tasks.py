"""Functions that worker processes can import."""

import os


def negated(number):
    return -number


def process_of(_item):
    return os.getpid()


def fails_on_three(number):
    if number == 3:
        raise ValueError("three")
    return number
