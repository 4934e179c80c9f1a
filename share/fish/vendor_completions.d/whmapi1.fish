# Completion of whmapi1 for fish. The program itself tells what fits.

function __whmapi1_candidates
    set --local words (commandline -opc)
    set --local asked (commandline -ct)
    # The values of arguments are not shown to the list of processes: one that is being typed may be a password.
    set --local before (string replace --regex -- '=.*' '=' $words)
    if not string match --quiet -- '-*' "$asked"; and test "$before[-1]" != --file
        set asked (string replace --regex -- '=.*' '=' "$asked")
    end
    $words[1] --complete $before[2..] "$asked" 2>/dev/null
end

complete --command whmapi1 --no-files --keep-order --arguments '(__whmapi1_candidates)'
