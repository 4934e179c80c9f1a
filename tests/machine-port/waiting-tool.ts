/** A script of sh that makes the file `$0.begun`, and ends once the file `$0` exists, or its folder does not. */
export const WAITING = ': > "$0.begun"; until [ -e "$0" ] || [ ! -e "$0.begun" ]; do sleep 0.05; done';
