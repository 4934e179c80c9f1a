// How this program runs apt-get when it changes packages: nobody is there to answer, and edited files are kept.
import type { MachineTools } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { runApart, type ApartWork } from './apart.ts';

/** If an administrator is using apt, wait for its locks. */
const LOCK_SECONDS = 300;
const common = ['--quiet', '--yes', '--option', `DPkg::Lock::Timeout=${LOCK_SECONDS}`];
const keepFiles = ['--force-confdef', '--force-confold'];
const keepFilesByApt = keepFiles.flatMap((word) => ['--option', `Dpkg::Options::=${word}`]);

/**
 * Fetches the lists of packages. Not fatal: the packages may not come from the repository that cannot be reached.
 */
export async function updateLists(tools: MachineTools, work: ApartWork): Promise<void> {
  try {
    // Without Any, apt-get ends with the status 0 although it could not fetch a list.
    await runApart(tools, ['apt-get', ...common, '--option', 'APT::Update::Error-Mode=any', 'update'], work);
  } catch (error) {
    if (!(error instanceof MachineError) || error.code === 'full') throw error;
    work.log(`Some package lists could not be updated. The old lists are used: ${error.message}`);
  }
}

/**
 * Changes packages. If an earlier run of dpkg was interrupted, it is completed first. @throws MachineError `failed`,
 * `full`.
 */
export async function changeByApt(
  tools: MachineTools,
  words: readonly string[],
  work: ApartWork,
): Promise<void> {
  const change = () => runApart(tools, ['apt-get', ...common, ...keepFilesByApt, ...words], work);
  try {
    await change();
  } catch (error) {
    if (!(error instanceof Error && error.message.includes('dpkg was interrupted'))) throw error;
    await configurePending(tools, work);
    work.log('Completed an interrupted installation of packages.');
    await change();
  }
}

/** Configures what dpkg has unpacked: `dpkg --configure -a`. */
export function configurePending(tools: MachineTools, work: ApartWork): Promise<void> {
  return runApart(tools, ['dpkg', ...keepFiles, '--configure', '--pending'], work);
}
