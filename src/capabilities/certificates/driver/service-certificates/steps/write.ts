// Writes a certificate file that no service uses yet. The secret of the plan is its content: the key, the certificate and
// its chain (PEM).
import { defineStep } from '../../../../../core/plan.ts';
import { FOLDER } from '../dovecot.ts';

interface Input {
  readonly path: string;
}

interface Memento {
  readonly wasThere: boolean;
}

export default defineStep<Input, Memento>({
  kind: 'service-certificates/write',
  describe: ({ path }) => `Write the certificate and its key to “${path}”.`,
  async prepare(machine, { path }) {
    const files = await machine.files(['/etc/ssl']);
    return { wasThere: (await files.facts(path)) !== undefined };
  },
  async apply(machine, { input: { path }, secret }) {
    const files = await machine.files(['/etc/ssl']);
    await files.makeDirectory('/etc/ssl', { mode: 0o755 });
    for (const folder of ['/etc/ssl/whmapi1', FOLDER]) await files.makeDirectory(folder, { mode: 0o700 });
    await files.write(path, secret, { mode: 0o600 });
  },
  async undo(machine, { input: { path }, memento: { wasThere } }) {
    const files = await machine.files(['/etc/ssl']);
    await files.discard(path);
    if (!wasThere) await files.remove(path);
  },
});
