// Operations on the machine that were interrupted and are waiting for the next call.
import { TASK } from '../../../core/irreversible.ts';
import { UNDO } from '../../../core/undo.ts';
import { journal } from '../../../store/journal.ts';
import { count, ok, warning, withStore, type Check } from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'Unfinished work',
  order: 40,
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const entries = await journal.list(db);
      const left = entries.filter(({ process }) => process === '' || !subject.isAlive(process));
      if (left.length > 0) {
        return left.map(({ kind, xid, caller, process }) => {
          const what = `“${kind}” of ${caller} (XID ${xid})`;
          const show = 'whmapi1 --tasks';
          if (process === UNDO) return warning(`${what} failed, and a task still has to undo it.`, show);
          if (process === TASK) return warning(`A task still has to finish ${what}.`, show);
          return warning(
            `${what} was interrupted. The next call undoes or completes it.`,
            'whmapi1 list_users',
          );
        });
      }
      const running = entries.length === 0 ? '' : ` ${count(entries.length, 'operation')} in progress.`;
      return [ok(`No operation was interrupted.${running}`)];
    }),
};

export default check;
