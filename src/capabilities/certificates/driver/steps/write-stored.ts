// Writes the file of a certificate that is stored as the one of a virtual host. It does nothing if the file is there.
import { defineStep } from '../../../../core/plan.ts';
import { filesOf, isThere, write, type CertificateFile } from '../files.ts';

export default defineStep<CertificateFile, { readonly wasThere: boolean }>({
  kind: 'certificates/write-stored',
  describe: ({ servername, path }) => `Write the certificate of “${servername}” to “${path}” again.`,
  prepare: async (machine, input) => ({ wasThere: await isThere(await filesOf(machine), input) }),
  apply: async (machine, { input, sealer }) => write(await filesOf(machine), sealer, input),
  async undo(machine, { input: { path }, memento: { wasThere } }) {
    const files = await filesOf(machine);
    await files.discard(path);
    if (!wasThere) await files.remove(path);
  },
});
