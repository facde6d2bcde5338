"""The syntax files for vim and TextMate have the words of the grammar, and neovim colours a script by ours: test_syntax.py CORETAP."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ROOT / "translator/editor_syntax"
VIM = FILES / "systemtap.vim"
TEXTMATE = FILES / "systemtap.tmLanguage.json"
SCRIPT = '''probe process("/bin/ls").function("f") if (x) # a comment
{
  printf("%d\\n", $size) /* one
  foreach */ foreach (k in a) delete a[$p->next, @count(b), $1]
}
'''
# A piece of the script, and the group that it is shown as.
GROUPS = (("probe", "stpDeclaration"), ('"/bin/ls', "stpString"), ("if", "stpConditional"), ("# a comment", "stpComment"),
          ("printf", "stpPrint"), ("%d", "stpFormat"), ("\\n", "stpEscape"), ("$size", "stpTarget"), ("foreach */", "stpComment"),
          ("foreach (", "stpRepeat"), ("in a", "stpStatement"), ("delete", "stpStatement"), ("next,", "stpMember"),
          ("@count", "stpMacro"), ("$1", "stpArgument"))


def words_of_grammar():
    """The rules of the lexer whose text is a word."""
    return set(re.findall(r"^[A-Z]+: '([a-z]+)';$", (ROOT / "grammar/StpLexer.g4").read_text(), re.M))


def words_of_prints():
    text = (ROOT / "translator/syntax/build_operators.cpp").read_text()
    return set(re.findall(r'^    \{"(\w+)", (?:true|false)', text, re.M))


class Syntax(unittest.TestCase):
    maxDiff = None

    def test_vim_has_the_words_of_the_grammar(self):
        found = {}
        for group, words in re.findall(r"^syntax keyword (\w+) (.*)$", VIM.read_text(), re.M):
            found.setdefault(group, set()).update(words.split())
        keywords = set().union(*(found[group] for group in ("stpDeclaration", "stpConditional", "stpRepeat", "stpStatement", "stpType")))
        self.assertEqual(keywords, words_of_grammar())
        self.assertEqual(found["stpPrint"], words_of_prints())

    def test_textmate_has_the_words_of_the_grammar(self):
        patterns = {each["name"]: each for each in json.loads(TEXTMATE.read_text())["repository"]["all"]["patterns"]}

        def words(name):
            return set(re.fullmatch(r"\\b\(([a-z_|]+)\)\\b", patterns[name]["match"]).group(1).split("|"))

        self.assertEqual(words("storage.type.declaration.systemtap") | words("keyword.control.systemtap") | words("storage.type.systemtap"),
                         words_of_grammar())
        self.assertEqual(words("support.function.systemtap"), words_of_prints())
        for each in patterns.values():
            for key in ("match", "begin", "end"):
                if key in each:
                    re.compile(each[key])

    @unittest.skipUnless(shutil.which("nvim"), "Debian's package neovim is not installed")
    def test_neovim_shows_them(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "x.stp").write_text(SCRIPT)
            places = []
            for piece, _ in GROUPS:
                at = SCRIPT.index(piece)
                line = SCRIPT.count("\n", 0, at) + 1
                places.append(f"[{line}, {at - (SCRIPT.rfind(chr(10), 0, at) + 1) + 1}]")
            (folder / "x.vim").write_text(
                f"syntax on\nsyntax clear\nunlet! b:current_syntax\nsource {VIM}\nlet groups = []\nfor place in [{', '.join(places)}]\n"
                "  call add(groups, synIDattr(synID(place[0], place[1], 1), 'name'))\nendfor\n"
                f"call writefile([json_encode(groups)], '{folder}/out')\nqa!\n")
            done = subprocess.run(["nvim", "--headless", "--clean", "-n", folder / "x.stp", "-S", folder / "x.vim"], capture_output=True,
                                  text=True, timeout=120, stdin=subprocess.DEVNULL)
            self.assertTrue((folder / "out").exists(), done.stderr)
            found = json.loads((folder / "out").read_text())
        self.assertEqual(list(zip((piece for piece, _ in GROUPS), found)), list(GROUPS))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
