// Ends FTP sessions of an account.
import { MachineError } from '../../../../core/machine-error.ts';
import { defineStep } from '../../../../core/plan.ts';
import { endSessions, lookAtSessions, type FtpSession } from '../look-ftp.ts';

/** Without `logins` and `id`: all sessions. */
interface Input {
  readonly username: string;
  /** Only those of these logins. */
  readonly logins?: readonly string[];
  /** Only the one with this process ID, which must exist. */
  readonly id?: number;
}

export default defineStep<Input>({
  kind: 'ftp/end-sessions',
  describe({ username, logins, id }) {
    if (id !== undefined) return `End the FTP session with the process ID ${id}.`;
    return logins === undefined
      ? `End all FTP sessions of “${username}”.`
      : `End the FTP sessions of ${logins.join(', ')}.`;
  },
  async apply(machine, { input: { username, logins, id } }) {
    const isMeant = ({ login, process }: FtpSession) =>
      (logins === undefined || logins.includes(login)) && (id === undefined || process.id === id);
    const meant = (await lookAtSessions(machine, username)).filter(isMeant);
    if (id !== undefined && meant.length === 0)
      throw new MachineError('not_found', `You have no FTP session with the process ID ${id}.`);
    await endSessions(machine, meant);
  },
});
