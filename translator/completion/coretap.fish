# Completion of coretap's command line in fish. coretap itself answers (translator/complete.h).

function __coretap_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    # The quote of the last word may still be open.
    set typed (string replace -r '^[\'"]' '' -- $typed)
    set -l reply ($program --complete $words "$typed" 2>/dev/null)
    set -l before (string match -r -- '^--[^=]*=' $typed)
    switch $reply[1]
        case files
            __fish_complete_path (string replace -r -- '^--[^=]*=' '' $typed)
        case folders
            __fish_complete_directories (string replace -r -- '^--[^=]*=' '' $typed)
        case commands
            __fish_complete_command
        case words parts
            for line in $reply[2..-1]
                printf '%s%s\n' "$before" $line
            end
            # fish would close the quote behind the only candidate, but a probe point may go on: so there are two.
            if test $reply[1] = parts; and string match -qr '^[\'"]' -- (commandline -ct)
                set -l begun (string match -e -- "$typed" $reply[2..-1])
                test (count $begun) -eq 1; and printf '%s…\n' $begun
            end
    end
end

complete -c coretap -f -a '(__coretap_complete)'
