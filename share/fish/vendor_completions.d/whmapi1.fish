# Completion of whmapi1 for fish. The program itself tells what fits.

function __whmapi1_candidates
    set --local words (commandline -opc)
    # The values of arguments are not shown to the list of processes.
    set --local before (string replace --regex -- '=.*' '=' $words)
    $words[1] --complete $before[2..] "$(commandline -ct)" 2>/dev/null
end

complete --command whmapi1 --no-files --keep-order --arguments '(__whmapi1_candidates)'
