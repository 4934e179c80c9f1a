// Writes how SpamAssassin is started, and restarts it.
import { defineStep } from '../../../../../core/plan.ts';
import type { FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { oneChange } from '../../../../../ground/driver/step.ts';
import type { DaemonSettings } from '../../../rules/spam/settings.ts';
import { spamdStep } from '../server.ts';

export default defineStep<DaemonSettings, FileMemento>({
  kind: 'spamassassin/configure',
  ...oneChange(spamdStep),
});
