// Lets the web server into the document root of a new account. Other users stay out.
import { defineStep } from '../../../../../core/plan.ts';
import { WEB_USER } from '../../../../../ground/driver/virtual-hosts/places.ts';

interface Input {
  readonly username: string;
  readonly home: string;
  /** Below the home. */
  readonly folder: string;
}

export default defineStep<Input>({
  kind: 'virtual-hosts/open',
  describe: ({ home, folder }) => `Let the web server into “${home}/${folder}”.`,
  async apply(machine, { input: { username, home, folder } }) {
    // A sandbox has no web server, and no groups.
    if (machine.system.isSandbox) return;
    const files = await machine.files([home]);
    await files.makeDirectory(`${home}/${folder}`, { owner: username, group: WEB_USER, mode: 0o750 });
  },
});
