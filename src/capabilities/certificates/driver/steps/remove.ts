// Removes the file of a certificate that the web server no longer uses.
import { defineStep } from '../../../../core/plan.ts';
import { filesOf, write, type CertificateFile } from '../files.ts';

export default defineStep<CertificateFile, { readonly wasThere: boolean }>({
  kind: 'certificates/remove',
  describe: ({ servername, path }) =>
    `Remove the file of the former certificate of “${servername}”, “${path}”.`,
  prepare: async (machine, { path }) => ({
    wasThere: (await (await filesOf(machine)).facts(path)) !== undefined,
  }),
  apply: async (machine, { input: { path } }) => (await filesOf(machine)).remove(path),
  async undo(machine, { input, memento: { wasThere }, sealer }) {
    if (wasThere) await write(await filesOf(machine), sealer, input);
  },
});
