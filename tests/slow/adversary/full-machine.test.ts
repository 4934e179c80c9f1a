// A machine whose disks are full, or whose home directories cannot be written or removed: the response names the cause.
// Nothing is half done, and nothing that still exists is reported as removed.
import { existsSync } from 'node:fs';
import { program, readAnswer } from '../../support/command.ts';
import { describeOnMachine, ThrowAwayMachine } from '../../machine-port/throw-away-machine.ts';

describeOnMachine('a machine', () => {
  let machine: ThrowAwayMachine;
  beforeEach(async () => {
    machine = await ThrowAwayMachine.start();
  });
  afterEach(() => machine.close());

  const whmapi1 = async (...words: string[]) => {
    const { status, stdout } = await machine.run(process.execPath, program, '--output=json', ...words);
    const { metadata } = readAnswer(stdout) ?? {};
    return { status, code: metadata?.error_code, reason: metadata?.reason };
  };
  const shell = async (script: string) => {
    const ran = await machine.run('sh', '-c', script);
    expect(ran).toMatchObject({ status: 0 });
    return ran.stdout;
  };
  /** Runs the tasks that finish calls which can no longer be taken back. */
  const finish = () => machine.run(process.execPath, program, '--run-tasks');
  const create = (name: string) => whmapi1('createacct', `username=${name}`, `domain=${name}.example`);
  const isKnown = async (name: string) => (await machine.run('getent', 'passwd', name)).status === 0;

  test('without room for a home directory says so, and has nothing of the account', async () => {
    await shell('mount -t tmpfs -o size=1m tmpfs /home; head -c 2000000 /dev/zero >/etc/skel/big');
    expect(await create('bob')).toMatchObject({
      status: 3,
      code: 'store_unavailable',
      reason: expect.stringMatching(/The disk of “\/home” is full\. Free some space/) as string,
    });
    expect([await isKnown('bob'), await shell('ls -A /home')]).toEqual([false, '']);
    await shell('rm /etc/skel/big');
    expect((await create('bob')).status).toBe(0);
  });

  test('without room for its passwd files says so, and continues once there is room', async () => {
    expect((await create('bob')).status).toBe(0);
    await shell(
      'mkdir /mnt/small && mount -t tmpfs -o size=32m tmpfs /mnt/small && cp -a /etc/. /mnt/small/ && ' +
        'mount --bind /mnt/small /etc && (cat /dev/zero >/etc/filler || true) 2>/dev/null',
    );
    for (const words of [
      ['createacct', 'username=carl', 'domain=carl.example'],
      ['suspendacct', 'user=bob'],
    ]) {
      expect(await whmapi1(...words)).toMatchObject({
        status: 3,
        code: 'store_unavailable',
        reason: expect.stringMatching(/The disk of “\/etc” is full\./) as string,
      });
    }
    await shell('rm /etc/filler');
    expect((await create('carl')).status).toBe(0);
    expect(await shell('ls -A /home')).toBe('bob\ncarl\n');
    expect((await whmapi1('suspendacct', 'user=bob')).status).toBe(0);
    expect((await whmapi1('unsuspendacct', 'user=bob')).status).toBe(0);
  });

  test('on which a file of a home directory cannot be removed never reports the account as removed', async () => {
    await create('bob');
    await shell('echo kept >/home/bob/mail/kept && echo other >/home/bob/other');
    const isImmutable = (await machine.run('chattr', '+i', '/home/bob/mail/kept')).status === 0;
    if (!isImmutable)
      await shell('mkdir /mnt/ro && echo x >/mnt/ro/file && mount --bind /mnt/ro /home/bob/mail');
    const answer = await whmapi1('removeacct', 'username=bob');
    expect(answer).toMatchObject({ status: 1, code: 'host_failed' });
    expect(answer.reason).toContain(isImmutable ? 'mail/kept' : '“/home/bob/mail”');
    if (isImmutable) expect(answer.reason).toMatch(/Operation not permitted.*chattr -i/);
    for (let time = 0; time < 2; time++) {
      expect([await isKnown('bob'), existsSync(machine.path('/home/bob'))]).toEqual([true, true]);
      expect(await whmapi1('removeacct', 'username=bob')).toMatchObject({ status: 1, code: 'busy' });
    }
    await shell(isImmutable ? 'chattr -i /home/bob/mail/kept' : 'umount /home/bob/mail');
    await finish();
    expect([await isKnown('bob'), existsSync(machine.path('/home/bob'))]).toEqual([false, false]);
  });

  test('with something mounted in a home directory loses nothing of what is mounted', async () => {
    await create('bob');
    await shell('mkdir -p /var/lib/precious /home/bob/mnt && echo kept >/var/lib/precious/file');
    await shell('mount --bind /var/lib/precious /home/bob/mnt');
    const { code, reason } = await whmapi1('removeacct', 'username=bob');
    expect([code, reason]).toEqual(['host_failed', expect.stringContaining('mounted at “/home/bob/mnt”')]);
    expect(await shell('cat /var/lib/precious/file')).toBe('kept\n');
    expect(await shell('ls -A /home/bob')).toContain('welcome.txt');
    await shell('umount /home/bob/mnt');
    await finish();
    expect([await isKnown('bob'), existsSync(machine.path('/home/bob'))]).toEqual([false, false]);
  });
});
