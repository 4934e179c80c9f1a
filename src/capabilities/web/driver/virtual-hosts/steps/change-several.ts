// Replaces all virtual hosts of several accounts, with one reload of the web server.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { oneChange } from '../../../../../ground/driver/step.ts';
import { virtualHosts } from '../virtual-hosts.ts';
import type { WebChange } from './change.ts';

interface Input {
  readonly accounts: readonly WebChange[];
}

const stepOf = ({ accounts }: Input) =>
  virtualHosts.changeSeveral(
    accounts.map(({ username, after, former, primary, wildcards, policies }) => ({
      username,
      after,
      before: { former, primary, wildcards, policies },
    })),
  );

export default defineStep<Input, FileMemento>({
  kind: 'virtual-hosts/change-several',
  ...oneChange(stepOf),
});
