// The scripts of hooks exist, and nobody else can change them. A call whose hook cannot run fails, or goes on without it.
import { MachineError } from '../../../core/machine-error.ts';
import { readCommand } from '../rules/command.ts';
import { list, type Hook } from '../rules/hooks.ts';
import {
  count,
  ok,
  problem,
  withStore,
  type Check,
  type Finding,
  type Subject,
} from '../../../ground/doctor/check.ts';

const check: Check = {
  title: 'Script hooks',
  order: 46,
  advisor: 'Script_hooks',
  run: (subject) =>
    withStore(subject, async ({ db }) => {
      const enabled = (await list(db)).filter((hook) => hook.enabled);
      const findings = (await Promise.all(enabled.map((hook) => troubleOf(hook, subject)))).flat();
      if (findings.length > 0) return findings;
      const hooks = count(enabled.length, 'script hook');
      return [
        ok(
          enabled.length === 0 ? 'There are no script hooks.' : `The scripts of ${hooks} can be run safely.`,
        ),
      ];
    }),
};

async function troubleOf(hook: Hook, { machine }: Subject): Promise<Finding[]> {
  const commands = Object.entries({ hook: hook.hook, check: hook.check, rollback: hook.rollback });
  const scripts = await machine.scripts();
  const findings: Finding[] = [];
  for (const [name, command] of commands) {
    if (command === null) continue;
    try {
      await scripts.assertSafe(readCommand(name, command)[0]);
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      const which = `${hook.category} ${hook.event}, stage ${hook.stage}`;
      findings.push(
        problem(`The ${name === 'hook' ? 'script' : name} of a hook (${which}) cannot run: ${error.message}`),
      );
    }
  }
  return findings;
}

export default check;
