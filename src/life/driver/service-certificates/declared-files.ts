// The certificate files of daemons, as their capabilities declare them.
import { capabilities } from '../../../capabilities/capabilities.ts';
import type { DaemonFile } from '../../../capabilities/certificates/driver/service-certificates/daemon-files.ts';

/** In WHM’s order. */
export const declaredFiles: readonly DaemonFile[] = capabilities
  .flatMap(({ certificateFiles = [] }) => certificateFiles)
  .reverse();

export const fileOf = (service: string): DaemonFile | undefined =>
  declaredFiles.find((file) => file.service === service);
