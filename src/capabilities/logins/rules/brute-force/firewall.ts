// The blocks of this program in the firewall, and warnings about the firewall.
import type { Context, FreeContext } from '../../../../core/context.ts';
import type { FirewallBlock } from '../../../../core/machine.ts';
import { overlap, readRange, type Range } from './addresses.ts';
import type { Change } from './config.ts';

/** For `look`: lists the present blocks of the firewall. */
export async function firewallBlocks({ machine }: FreeContext): Promise<FirewallBlock[]> {
  return (await machine.firewall()).list();
}

/** Returns the blocks that contain any of these addresses. Without ranges, returns all blocks. */
export function blocksOf(
  blocks: readonly FirewallBlock[],
  ranges: readonly Range[] | undefined,
): readonly FirewallBlock[] {
  if (ranges === undefined) return blocks;
  return blocks.filter(({ address }) => {
    const blocked = readRange(address);
    return blocked !== undefined && ranges.some((range) => overlap(range, blocked));
  });
}

/** The optional parts of the protection that this machine supports. */
export interface Means {
  readonly hasFirewall: boolean;
  readonly runsCommands: boolean;
}

/** For `look`. */
export async function findMeans({ machine }: FreeContext): Promise<Means> {
  return {
    hasFirewall: await (await machine.firewall()).isAvailable(),
    runsCommands: (await machine.commands()).isSupported,
  };
}

/** Warns about settings that have no effect on this server. */
export function warnOfWhatIsMissing(
  { warn }: Context,
  { hasFirewall, runsCommands }: Means,
  changed: Change,
): void {
  const { block_brute_force_with_firewall: brute, block_excessive_brute_force_with_firewall: excessive } =
    changed;
  if ((brute === true || excessive === true) && !hasFirewall) {
    warn(
      'There is no firewall that this program can use, so addresses are blocked only for logins. The firewall ' +
        'requires root on Linux and the package nftables.',
    );
  }
  const commands = [changed.command_to_run_on_brute_force, changed.command_to_run_on_excessive_brute_force];
  if (commands.some((one) => one !== undefined && one !== '') && !runsCommands) {
    warn('The command is stored, but a sandbox does not run it.');
  }
  if (changed.notify_on_root_login === true) {
    warn('This server does not notify of logins of root yet. The setting is saved but has no effect.');
  }
}
