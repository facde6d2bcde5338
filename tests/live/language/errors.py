"""try and catch of every run-time error, and what an error leaves behind."""
from language.case import Case

CASES = [
    Case("catch_error", 'try { num[0] = 1; error("my message"); num[1] = 1 } catch (m) { txt[0] = m } num[2] = 2', {0: 1, 2: 2}, ["my message"]),
    Case("catch_without_name", 'try { error("x") } catch { num[0] = 1 }', [1]),
    Case("no_error", 'm = "old"; try { num[0] = 1 } catch (m) { num[1] = 1 } txt[0] = m', [1], ["old"]),
    Case("nested_try", 'try { try { error("inner") } catch (m) { txt[0] = m; error("outer") } } catch (n) { txt[1] = n }', txt=["inner", "outer"]),
    Case("caught_and_raised_again", 'try { try { error("inner") } catch (m) { error(m) } } catch (m) { txt[0] = m } '
         'try { try { error("inner") } catch (m) { error("outer " . m) } } catch (m) { txt[1] = m } '
         'try { caught_and_raised_f() } catch (m) { txt[2] = m } txt[3] = caught_and_raised_keys[txt[0]] == 7 ? "is a key" : "is none"',
         txt=["inner", "outer inner", "from function", "is a key"], globals='global caught_and_raised_keys',
         functions='function caught_and_raised_f() { caught_and_raised_keys["inner"] = 7; try { error("from function") } catch (m) { error(m) } }'),
    Case("try_in_loop", 'for (i = 0; i < 5; i++) { try { if (i == 1) continue; if (i == 3) break; if (i == 2) error("two"); num[i] = 1 } catch (m) { num[i] = 100 } } num[9] = i',
         {0: 1, 2: 100, 9: 3}),
    Case("error_in_function", 'try { num[0] = thrower_f(0); num[1] = thrower_f(1); num[2] = 1 } catch (m) { txt[0] = m }', [5], ["from function"],
         functions='function thrower_f(x) { if (x) error("from function"); return 5 }'),
    Case("return_in_try", "num[0] = returner_f(1); num[1] = returner_f(0)", [1, 2],
         functions='function returner_f(x) { try { if (x) return 1; error("e") } catch { return 2 } return 3 }'),
    Case("next_in_try", 'num[0] = 1; try { next } catch { num[1] = 1 } num[2] = 1', [1]),
    Case("bad_address", "try { num[0] = @cast(1, \"pair\")->first } catch (m) { txt[0] = substr(m, 0, 15) } try { num[1] = kernel_int(1) } catch (m) { txt[1] = substr(m, 0, 17) }",
         txt=["user read fault", "kernel read fault"], sides=("kernel",)),
    Case("error_string_built", 'x = 5; try { error(sprintf("value %d of %s", x, "thing")) } catch (m) { txt[0] = m }', txt=["value 5 of thing"]),
    Case("global_message", 'try { error("kept") } catch (kept_g) { num[0] = 1 } txt[0] = kept_g', [1], ["kept"], globals="global kept_g"),
]
