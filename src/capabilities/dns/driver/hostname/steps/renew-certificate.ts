import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly hostname: string;
  /** The fingerprint of the certificate to replace. */
  readonly former: string;
}

export default defineStep<Input>({
  kind: 'hostname/renew-certificate',
  describe: ({ hostname }) => `Create a self-signed certificate of whmapi1d for “${hostname}”, and load it.`,
  async apply(machine, { input: { hostname, former } }) {
    await (await machine.ownCertificate()).renew(hostname, former);
  },
  async undo(machine, { input: { former } }) {
    await (await machine.ownCertificate()).restore(former);
  },
});
