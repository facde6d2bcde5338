"""Debian's neovim, without a screen, shows the compiler's diagnostics through its own client: test_neovim.py CORETAP."""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

CORETAP = pathlib.Path(sys.argv[1]).resolve()
# The range and the words of what the editor has, and what completion and formatting make of the script.
SCRIPT = """
local found, result = nil, {}
local client = vim.lsp.start_client({ name = "coretap", cmd = { "%(coretap)s", "--language-server" } })
vim.lsp.buf_attach_client(0, client)
local function wait(is_there) return vim.wait(120000, is_there, 50) end
wait(function() return #vim.diagnostic.get(0) > 0 end)
for _, each in ipairs(vim.diagnostic.get(0)) do
  table.insert(result, { code = each.code, line = each.lnum, column = each.col, message = each.message, source = each.source })
end
vim.api.nvim_buf_set_lines(0, 0, -1, false, { "probe begin {println( 1 )}" })
local is_clean = wait(function() return #vim.diagnostic.get(0) == 0 end)
vim.lsp.buf.formatting_sync(nil, 60000)
local file = io.open("%(out)s", "w")
file:write(vim.fn.json_encode({ diagnostics = result, is_clean = is_clean, lines = vim.api.nvim_buf_get_lines(0, 0, -1, false) }))
file:close()
vim.cmd("qa!")
"""


def main():
    if not shutil.which("nvim"):
        print("SKIPPED: Debian's package neovim is not installed, the editor's client was NOT tried")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        script, lua, out = folder / "wrong.stp", folder / "try.lua", folder / "out.json"
        script.write_text('probe begin\n{\n  println("\u00e4", prinln(1))\n}\n')
        lua.write_text(SCRIPT % {"coretap": CORETAP, "out": out})
        done = subprocess.run(["nvim", "--headless", "--clean", "-n", script, "-c", f"luafile {lua}", "-c", "qa!"], capture_output=True,
                              text=True, timeout=280, stdin=subprocess.DEVNULL)
        if not out.exists():
            print("neovim wrote nothing:", done.stdout, done.stderr)
            return 1
        found = json.loads(out.read_text())
        printed = subprocess.run([CORETAP, "-p2", script], capture_output=True, text=True, timeout=120).stderr
    first, = found["diagnostics"]
    print(first)
    line = '  println("\u00e4", '
    assert (first["code"], first["source"], first["line"]) == ("unknown-function", "coretap", 2), first
    # neovim counts bytes.
    assert first["column"] == len(line.encode()), first
    assert f"semantic error [unknown-function]: {first['message'].splitlines()[0]}: at " in printed, printed
    assert found["is_clean"], "the diagnostics stay when the mistake is gone"
    assert found["lines"] == ["probe begin { println(1) }"], found["lines"]
    return 0


if __name__ == "__main__":
    sys.exit(main())
