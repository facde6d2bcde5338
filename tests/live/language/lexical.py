"""What the lexer reads: numbers, gluing, comments, arguments of the script."""
from language.case import Case

ARGUMENTS = ["40", "a word"]

CASES = [
    Case("decimal", "num[0] = 42; num[1] = 0; num[2] = 9223372036854775807", [42, 0, (1 << 63) - 1]),
    Case("hex", "num[0] = 0x2A; num[1] = 0xfF", [0x2A, 0xFF]),
    Case("octal", "num[0] = 052; num[1] = 0777", [0o52, 0o777]),
    Case("glued", 'txt[0] = "pre" @glued_suffix "ed"; txt[1] = "x" @glued_suffix', txt=["prefixed", "xfix"],
         globals='@define glued_suffix %( "fix" %)'),
    Case("comments", "num[0] = 1 # num[0] = 2\n num[1] = 3 // num[1] = 4\n /* num[2] =\n 5 */ num[2] = 6 /* num[3] = 7 */ + 1; "
         'txt[0] = "# // /* */"', [1, 3, 7], ["# // /* */"]),
    Case("arguments", "num[0] = $1 + 2; num[1] = $#; txt[0] = @2; txt[1] = @1; txt[2] = @#",
         [42, 2], ["a word", "40", "2"]),
]
