// While root measures, suspends and removes a home directory, its user and another user replace folders in it with
// links to root’s files, as fast as they can. Nothing outside the home directory is changed or counted.
import { describeOnMachine, ThrowAwayMachine } from '../../machine-port/throw-away-machine.ts';
import { isSoak } from '../../support/sixth.ts';

/** In every other one, the user is suspended before. */
const ROUNDS = isSoak ? 4 : 2;
const bob = { name: 'bob', home: '/home/bob', shell: '/bin/sh', comment: 'Bob' };
const carl = { ...bob, name: 'carl', home: '/home/carl' };

/**
 * For four seconds, which is longer than root’s work: below a folder, `swap` alternates between a folder with files and
 * a link to the target.
 */
const SWAP = `
  my ($place, $target) = @ARGV;
  $SIG{TERM} = "IGNORE";
  my $end = time + 4;
  chdir $place or die;
  for (my $at = 0; time < $end; $at++) {
    my $name = $at % 7;
    mkdir "new"; mkdir "new/folder";
    if (open my $file, ">", "new/folder/file") { print $file "x" }
    rename "new", "swap$name";
    my $old = "old$$"; rename "swap$name", $old; symlink $target, "swap$name";
    unlink "$old/folder/file"; rmdir "$old/folder"; rmdir $old;
    unlink "swap$name" if $at % 2;
  }
`;

describeOnMachine('links that replace folders while root works on a home directory', () => {
  let machine: ThrowAwayMachine;
  beforeAll(async () => {
    machine = await ThrowAwayMachine.start();
    await machine.users.create(carl);
    await machine.run('mkdir', '-p', '/var/lib/precious/folder');
    await machine.run('cp', '/etc/passwd', '/var/lib/precious/folder/file');
    await machine.run('dd', 'if=/dev/zero', 'of=/var/lib/precious/big', 'bs=1M', 'count=64');
    await machine.run('chmod', '-R', 'a+rX', '/var/lib/precious');
  });
  afterAll(() => machine.close());

  const precious = async () =>
    (await machine.run('find', '/var/lib/precious', '-printf', '%p %U %G %m %s %T@\n')).stdout;
  const swap = async (uid: number, place: string) => {
    const words = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', 'perl', '-e', SWAP];
    const command = ['setpriv', ...words, place, '/var/lib/precious'];
    await machine.run('sh', '-c', 'setsid "$@" >/dev/null 2>&1 </dev/null &', 'sh', ...command);
  };

  test('do not lead root outside of it', async () => {
    const before = await precious();
    const { uid: other } = (await machine.users.find('carl')) ?? { uid: 0 };
    let largest = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const { uid } = await machine.users.create(bob);
      await machine.run('mkdir', '/home/bob/shared');
      await machine.run('chmod', '0777', '/home/bob/shared');
      await machine.run('chown', `${uid}:${uid}`, '/home/bob/shared');
      await swap(uid, '/home/bob');
      await swap(other, '/home/bob/shared');
      for (let look = 0; look < 5; look++) {
        largest = Math.max(largest, (await machine.quota.usage('bob')).blocks);
      }
      if (round % 2 === 0) await machine.users.suspend('bob');
      await machine.users.remove('bob');
      expect((await machine.run('ls', '-A', '/home')).stdout).toBe('carl\n');
      expect(await precious()).toBe(before);
    }
    expect(largest).toBeGreaterThan(0);
    expect(largest).toBeLessThan(64 * 1024);
  });
});
