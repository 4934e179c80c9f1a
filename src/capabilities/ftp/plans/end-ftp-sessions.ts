// Ends FTP sessions of an account.
import { defineChange, type Plan } from '../../../core/plan.ts';
import endSessions from '../driver/steps/end-sessions.ts';

const change = defineChange<null>({
  kind: 'end-ftp-sessions',
  // Only the machine has sessions.
  store: async () => undefined,
});
export default change;

/** @param id the process ID of a session. Undefined: all of them. */
export function endFtpSessions(username: string, id: number | undefined): Plan {
  return change.plan(null, {
    locks: [],
    steps: [endSessions.plan({ username, ...(id !== undefined && { id }) })],
  });
}
