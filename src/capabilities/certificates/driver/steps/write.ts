// Writes the file of a virtual host's certificate. The web server does not use it before its configuration names it.
import { defineStep } from '../../../../core/plan.ts';
import type { NewCertificate } from '../../rules/installed.ts';
import { filesOf, isThere, write } from '../files.ts';

export default defineStep<NewCertificate, { readonly wasThere: boolean }, NewCertificate>({
  kind: 'certificates/write',
  describe: ({ servername, path }) => `Write the certificate of “${servername}” to “${path}”.`,
  prepare: async (machine, input) => ({ wasThere: await isThere(await filesOf(machine), input) }),
  async apply(machine, { input, sealer }) {
    await write(await filesOf(machine), sealer, input);
    // For `installWritten`, which stores it.
    return input;
  },
  async undo(machine, { input: { path }, memento: { wasThere } }) {
    const files = await filesOf(machine);
    await files.discard(path);
    if (!wasThere) await files.remove(path);
  },
});
