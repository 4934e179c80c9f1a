// The tests that SpamAssassin does, from its own library.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';

export interface SpamTest {
  readonly key: string;
  /** `header`, `body`, … */
  readonly rule_type: string;
  readonly score: number;
}

/** Reads Debian’s rules, and those of sa-update. */
const SCRIPT = `
use strict; use Mail::SpamAssassin; use JSON::PP;
my $filter = Mail::SpamAssassin->new({ dont_copy_prefs => 1, userprefs_filename => '/dev/null' });
$filter->init(0);
my ($scores, $types) = @{$filter->{conf}}{qw(scores test_types)};
my @kinds = ('header', 'header', 'body', 'body', 'full', 'full', 'rawbody', 'rawbody', 'uri', 'uri', 'meta', 'rbl', 'empty');
my @tests = map { { key => $_, score => 0 + $scores->{$_}, rule_type => $kinds[($types->{$_} // 0x14) - 8] // 'other' } }
  grep { exists $types->{$_} } sort keys %$scores;
print JSON::PP->new->canonical->encode(\\@tests);
`;
/** It needs no rights: its rules are public. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** @throws MachineError `failed`. */
export async function lookAtTests(machine: Pick<Machine, 'services' | 'tools'>): Promise<SpamTest[]> {
  if (!(await machine.services()).isSupported)
    throw new MachineError('failed', 'A sandbox has no SpamAssassin, whose tests could be listed.');
  const tools = await machine.tools([{ name: 'perl' }]);
  const { stdout } = await tools.run('perl', ['-T', '-e', SCRIPT], { as: NOBODY });
  return JSON.parse(stdout) as SpamTest[];
}
