# Completion of whmapi1, uapi and cpapi2 for fish. The programs themselves tell what fits.

function __whmapi1_candidates
    set --local words (commandline -opc)
    set --local asked (commandline -ct)
    # Other users can read the arguments of a process, and the value of an argument may be a password: the program
    # gets names only, the values of options, and the word at the cursor in its environment, which nobody else can read.
    set --local before (string replace --regex -- '^([^-][^=]*)=.*' '$1=' $words)
    set --local typed "$asked"
    if not string match --quiet -- '-*' "$asked"; and test "$before[-1]" != --file
        set asked (string replace --regex -- '=.*' '=' "$asked")
    end
    WHMAPI1_COMPLETE_WORD="$typed" $words[1] --complete $before[2..] "$asked" 2>/dev/null
end

complete --command whmapi1 --command uapi --command cpapi2 --no-files --keep-order --arguments '(__whmapi1_candidates)'
