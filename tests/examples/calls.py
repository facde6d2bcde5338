"""For python-calls.stp: which functions it calls how often, and how deep, is known."""


def fall(depth):
    return 0 if depth == 0 else 1 + fall(depth - 1)


def small(n):
    return n + 1


for number in range(70):
    small(number)
for _ in range(5):
    fall(40)
