// `--completion SHELL`: prints the installed script that a shell loads.
import { installedFile } from './installation.ts';
import { writeStderr, type Io } from './io.ts';
import type { Shell } from './options.ts';

/** The usual locations of these scripts below /usr/share or /usr/local/share. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: 'share/bash-completion/completions/whmapi1',
  zsh: 'share/zsh/site-functions/_whmapi1',
  fish: 'share/fish/vendor_completions.d/whmapi1.fish',
};

export function printCompletionScript(shell: Shell, io: Io): number {
  const path = installedFile(scripts[shell]);
  if (path === undefined) {
    writeStderr(
      io,
      `whmapi1: ${scripts[shell]} is missing from this installation. Install the program again.\n`,
    );
    return 1;
  }
  io.stdout.write(Buffer.from(io.readFile(path)).toString('utf8'));
  return 0;
}
