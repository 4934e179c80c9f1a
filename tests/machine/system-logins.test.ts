// The second factor of SSH, su and sudo on a booted Debian: with its real sshd, PAM and sudo, set up as
// docs/SYSTEM-LOGINS.md says.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine, type Ran } from './machine.ts';
import { installedRoot } from './prepared-roots.ts';

const PASSWORD = 'four unusual words, Xylophone';
const PASSPHRASE = 'another four unusual words';
const SECRETS = { root: 'WJ73QJSKZBXCIFPZ', bob: 'WJ73QJSKZBXCIFPA', ann: 'WJ73QJSKZBXCIFPB' };
const ROOTS_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILlxPW20EfQl7QEs5kF8HXG1NRRe6C8qin5xOe9uCFNp of root';
const WRONG = '111111';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data: Readonly<Record<string, unknown>>;
}

describeOnMachine('logins to the system', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await installedRoot());
    machine.install('openssh-server', 'openssh-client', 'putty-tools', 'sudo');
    writeFileSync(machine.path('/root/password'), PASSWORD, { mode: 0o600 });
    writeFileSync(machine.path('/root/passphrase'), PASSPHRASE, { mode: 0o600 });
    // sshd also delays an address after failures. Here, all logins come from one.
    const sshd = 'PerSourcePenalties no\n';
    writeFileSync(machine.path('/etc/ssh/sshd_config.d/penalties.conf'), sshd);
    machine.sh('systemctl reload ssh');
    // ssh asks this program instead of the terminal. It prints the answer, and keeps the question.
    const askpass = '#!/bin/sh\nprintf "%s\\n" "$1" >>/root/asked\ncat /root/answer\n';
    writeFileSync(machine.path('/root/askpass'), askpass, { mode: 0o700 });
    machine.sh(`printf 'root:%s\\n' "$(cat /root/password)" | chpasswd`);
    for (const user of ['bob', 'ann', 'eve']) {
      const words = [
        `username=${user}`,
        `domain=${user}.example`,
        'hasshell=1',
        '--file=password=/root/password',
      ];
      call('createacct', ...words);
      machine.sh(`usermod --shell /bin/bash --append --groups sudo ${user}`);
    }
  });
  afterAll(() => machine.stop());

  function call(name: string, ...words: string[]): Envelope {
    const { stdout, stderr } = machine.run('whmapi1', ['--output=json', name, ...words]);
    const envelope = JSON.parse(stdout) as Envelope;
    expect([name, envelope.metadata, stderr]).toEqual([name, expect.objectContaining({ result: 1 }), '']);
    return envelope;
  }

  /** Logs in with a private key below /root. `answer`: to every question. */
  function ssh(
    user: string,
    answer: string,
    key: string,
    ...options: string[]
  ): Ran & { readonly asked: string } {
    writeFileSync(machine.path('/root/answer'), answer);
    writeFileSync(machine.path('/root/asked'), '');
    const words = [
      ...[
        '-i',
        key,
        '-o',
        'NumberOfPasswordPrompts=1',
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        'LogLevel=ERROR',
      ],
      ...['-o', 'IdentitiesOnly=yes', ...options, `${user}@127.0.0.1`, 'id -un'],
    ];
    const ran = machine.run('ssh', words, {
      env: { SSH_ASKPASS: '/root/askpass', SSH_ASKPASS_REQUIRE: 'force' },
    });
    return { ...ran, asked: readFileSync(machine.path('/root/asked'), 'utf8') };
  }

  /** Generates a key pair for a user, which may then log in, and copies the private key to /root. */
  function keyOf(user: string, ...words: string[]): string {
    const name = `key-${user}`;
    call('generatesshkeypair', `user=${user}`, `name=${name}`, 'algorithm=ed25519', ...words);
    call('authorizesshkey', `user=${user}`, `file=${name}.pub`, 'authorize=1');
    machine.sh(`install -m 600 ~${user}/.ssh/${name} /root/${name}`);
    return `/root/${name}`;
  }

  describe('with a generated key', () => {
    it('succeed until the key is no longer authorised, and only with its passphrase', () => {
      const key = keyOf('eve', '--file=passphrase=/root/passphrase');
      expect(ssh('eve', PASSPHRASE, key)).toMatchObject({ status: 0, stdout: 'eve\n' });
      expect(ssh('eve', 'a wrong passphrase', key)).toMatchObject({ status: 255, stdout: '' });
      const { data } = call('check_remote_ssh_connection', 'host=127.0.0.1', 'port=22');
      expect(JSON.stringify(data)).toContain('SSH-2.0-OpenSSH');
      call('authorizesshkey', 'user=eve', 'file=key-eve.pub', 'authorize=0');
      expect(ssh('eve', PASSPHRASE, key)).toMatchObject({ status: 255, stdout: '' });
    });

    it('succeed with the same key converted to PuTTY’s format and back', () => {
      call('generatesshkeypair', 'user=eve', 'name=plain', 'algorithm=ed25519');
      call('authorizesshkey', 'user=eve', 'file=plain.pub', 'authorize=1');
      const { data } = call('convertopensshtoputty', 'user=eve', 'file=plain');
      writeFileSync(machine.path('/root/plain.ppk'), String(data.key), { mode: 0o600 });
      machine.sh('puttygen /root/plain.ppk -O private-openssh -o /root/plain && chmod 600 /root/plain');
      expect(ssh('eve', '', '/root/plain')).toMatchObject({ status: 0, stdout: 'eve\n' });
    });
  });

  it('are not given by files that an account links to', () => {
    machine.sh(`cd ~eve/.ssh; ln -s /etc/shadow shadow; ln -s /etc/shadow link.pub
      echo '${ROOTS_KEY}' >/home/of-root; chmod 600 /home/of-root; ln /home/of-root hard.pub; ln /home/of-root hard`);
    const shadow = machine.sh('sha256sum /etc/shadow');
    const texts = JSON.stringify(
      call('listsshkeys', 'user=eve', 'public=1', 'private=1', 'public_texts=1').data,
    );
    expect(texts).not.toContain('of root');
    expect(texts).not.toContain('root:');
    machine.sh('cd ~eve/.ssh; mv authorized_keys kept; ln -s /etc/shadow authorized_keys');
    for (const [name, ...words] of [
      ['convertopensshtoputty', 'file=shadow'],
      ['convertopensshtoputty', 'file=hard'],
      ['authorizesshkey', 'file=link.pub', 'authorize=1'],
      ['authorizesshkey', 'file=hard.pub', 'authorize=1'],
      ['authorizesshkey', 'file=plain.pub', 'authorize=1'],
    ] as const) {
      const { stdout } = machine.run('whmapi1', ['--output=json', name, 'user=eve', ...words]);
      const { metadata, data } = JSON.parse(stdout) as Envelope;
      expect([name, words, metadata.result, data]).toEqual([name, words, 0, undefined]);
      expect(metadata.reason).not.toMatch(/root:|of root/);
    }
    expect(machine.sh('sha256sum /etc/shadow')).toBe(shadow);
    expect(machine.sh('cat /home/of-root')).toBe(`${ROOTS_KEY}\n`);
    machine.sh('cd ~eve/.ssh; rm shadow link.pub hard hard.pub authorized_keys; mv kept authorized_keys');
  });

  describe('with a second factor', () => {
    /** The optional line of the page, for networks that need no store. */
    let accessLine: string;

    beforeAll(() => {
      // As docs/SYSTEM-LOGINS.md says.
      const page = readFileSync(resolve(__dirname, '../../docs/SYSTEM-LOGINS.md'), 'utf8');
      const blocks = [...page.matchAll(/^ *```text\n([^]*?)^ *```\n/gm)].map(([, text = '']) =>
        text.replace(/^ {3}/gm, ''),
      );
      const [sshdLines = '', sshdConfig = '', access = '', line = ''] = blocks;
      accessLine = access;
      writeFileSync(machine.path('/etc/ssh/sshd_config.d/whmapi1.conf'), sshdConfig);
      const edit = (service: string, change: (text: string) => string) => {
        const path = machine.path(`/etc/pam.d/${service}`);
        const text = readFileSync(path, 'utf8');
        expect(text).toMatch(/^@include common-auth$/m);
        writeFileSync(path, change(text));
      };
      edit('sshd', (text) => text.replace(/^@include common-auth\n/m, () => sshdLines));
      for (const service of ['su', 'sudo'])
        edit(service, (text) => text.replace(/^@include common-auth\n/m, `$&${line}`));
      machine.sh('sshd -t && systemctl reload ssh');

      for (const user of ['root', 'bob', 'ann']) keyOf(user);
      call('twofactorauth_enable_policy');
      const config = Object.entries(SECRETS).map(([user, secret]) => [user, { primary_account: { secret } }]);
      const input = JSON.stringify(Object.fromEntries(config));
      machine.sh('whmapi1 -q --input=json twofactorauth_set_tfa_config_for_user', { input });
      for (const user of ['bob', 'ann']) {
        call('setupreseller', `user=${user}`);
        call('setacls', `reseller=${user}`, 'acl-create-acct=1');
      }
    });
    beforeEach(() => call('flush_cphulk_login_history_for_ips', 'ip=127.0.0.1'));

    const code = (user: keyof typeof SECRETS) => codeAt(SECRETS[user], Date.now());
    const nextCode = (user: keyof typeof SECRETS) => codeAt(SECRETS[user], Date.now() + 30_000);
    const key = (user: string) => `/root/key-${user}`;
    const lastLogin = () => machine.sh('whmapi1 --log --output=json function=login | tail -n 1');

    /** Logs in to the page. @returns the HTTP status. */
    const page = (user: string, sent: string) =>
      machine.sh(
        `curl -ksS -o /dev/null -w '%{http_code}' --data-urlencode pass@/root/password ` +
          `-d user=${user} -d tfa_token=${sent} -d login_only=1 https://127.0.0.1:2087/login`,
      );
    /** Runs sudo or su as a user, who types these lines. */
    const typed = (user: string, command: string, ...lines: string[]) =>
      machine.run('runuser', ['-u', user, '--', 'sh', '-c', command], {
        input: lines.map((one) => `${one}\n`).join(''),
      });
    const doctor = () => {
      const { stdout } = machine.run('whmapi1', ['--doctor', '--output=json']);
      const { findings } = JSON.parse(stdout) as { findings: Record<string, string>[] };
      const [found] = findings.filter(({ check }) => check === 'system-logins');
      return [found?.severity, found?.message];
    };
    const sudo = 'sudo -S -k id -un';

    it('by SSH need the key and a code, which works once, for the page too', () => {
      const right = code('bob');
      const first = ssh('bob', right, key('bob'));
      expect(first).toMatchObject({ status: 0, stdout: 'bob\n' });
      expect(first.asked).toContain('type the security code of your authenticator app');
      expect(lastLogin()).toContain('"authentication":"sshd: code"');
      expect(ssh('bob', right, key('bob'))).toMatchObject({ status: 255, stdout: '' });
      expect(page('bob', right)).toBe('401');
      expect(ssh('bob', WRONG, key('bob'))).toMatchObject({ status: 255, stdout: '' });
      // The right code does not replace the key.
      expect(ssh('bob', nextCode('bob'), '/root/plain')).toMatchObject({
        status: 255,
        stdout: '',
        asked: '',
      });
    });

    it('by SSH do not accept a code that was used for the page', () => {
      const right = code('ann');
      expect(page('ann', right)).toBe('200');
      expect(ssh('ann', right, key('ann'))).toMatchObject({ status: 255, stdout: '' });
      const { data } = call('--user=ann', 'twofactorauth_generate_recovery_codes');
      const [recovery = ''] = data.recovery_codes as string[];
      expect(ssh('ann', recovery, key('ann'))).toMatchObject({ status: 0, stdout: 'ann\n' });
      expect(ssh('ann', recovery, key('ann'))).toMatchObject({ status: 255, stdout: '' });
    });

    it('by SSH ask nothing of users without a second factor, and always need a key', () => {
      expect(ssh('eve', '', '/root/plain')).toMatchObject({ status: 0, stdout: 'eve\n', asked: '' });
      expect(doctor()).toEqual(['ok', 'These services ask for codes: “sshd”, “su”, “sudo”.']);
      // Even if sshd_config allows passwords and codes without a key.
      machine.sh(`cp /etc/ssh/sshd_config.d/whmapi1.conf /root
        printf 'PasswordAuthentication yes\\nKbdInteractiveAuthentication yes\\nPermitRootLogin yes\\n' >/etc/ssh/sshd_config.d/whmapi1.conf
        systemctl reload ssh`);
      try {
        const methods = [
          '-o',
          'PreferredAuthentications=password,keyboard-interactive',
          '-o',
          'PubkeyAuthentication=no',
        ];
        expect(ssh('eve', PASSWORD, '/root/plain', ...methods)).toMatchObject({ status: 255, stdout: '' });
        expect(ssh('root', PASSWORD, '/root/plain', ...methods)).toMatchObject({ status: 255, stdout: '' });
        expect(doctor()).toEqual(['warning', expect.stringContaining('sshd accepts logins without a code')]);
      } finally {
        machine.sh('mv /root/whmapi1.conf /etc/ssh/sshd_config.d/ && systemctl reload ssh');
      }
    });

    it('by SSH are refused after wrong codes, with the right one too, until root lifts the block', () => {
      for (let times = 1; times <= 5; times += 1) expect(ssh('root', WRONG, key('root')).status).toBe(255);
      expect(JSON.stringify(call('get_cphulk_brutes').data)).toContain('127.0.0.1');
      expect(JSON.stringify(call('get_cphulk_failed_logins').data)).toContain('"authservice":"sshd"');
      expect(ssh('root', code('root'), key('root')).status).toBe(255);
      expect(ssh('eve', '', '/root/plain').status).toBe(255);
      call('flush_cphulk_login_history_for_ips', 'ip=127.0.0.1');
      expect(ssh('eve', '', '/root/plain').status).toBe(0);
      // The lock of the user is another one.
      expect(ssh('root', code('root'), key('root')).status).toBe(255);
      const input = JSON.stringify({ root: { primary_account: { secret: SECRETS.root } } });
      machine.sh('whmapi1 -q --input=json twofactorauth_set_tfa_config_for_user', { input });
      expect(ssh('root', code('root'), key('root'))).toMatchObject({ status: 0, stdout: 'root\n' });
    });

    it('by su and sudo need the password and then a code', () => {
      const { data } = call('--user=ann', 'twofactorauth_generate_recovery_codes');
      const [one = '', two = '', three = ''] = data.recovery_codes as string[];
      expect(typed('ann', sudo, PASSWORD, one)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^root$/m) as string,
      });
      expect(lastLogin()).toContain('"authentication":"sudo: recovery code, 9 left"');
      expect(typed('ann', sudo, PASSWORD, one).status).toBe(1);
      expect(typed('ann', sudo, 'a wrong password', two).status).toBe(1);
      // The environment of the user does not reach the check: an empty store would accept everyone.
      const elsewhere = `WHMAPI1_STATE_DIR=/root PAM_USER=eve PAM_TYPE=auth ${sudo}`;
      expect(typed('ann', elsewhere, PASSWORD, WRONG).status).toBe(1);
      expect(typed('ann', elsewhere, PASSWORD, two).status).toBe(0);

      expect(typed('eve', 'su ann -c "id -un"', PASSWORD, WRONG).status).toBe(1);
      expect(typed('eve', 'su ann -c "id -un"', 'a wrong password', three).status).toBe(1);
      expect(typed('eve', 'su ann -c "id -un"', PASSWORD, three)).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(/^ann$/m) as string,
      });
      expect(typed('eve', sudo, PASSWORD)).toMatchObject({ status: 0, stdout: 'root\n' });
    });

    it('follow the rules of root', () => {
      const rules = (...words: string[]) => call('twofactorauth_set_system_login_rules', ...words);
      rules('exempt_networks=127.0.0.0/8');
      expect(ssh('bob', '', key('bob'))).toMatchObject({ status: 0, asked: '' });
      rules('exempt_networks=', 'required_for=all');
      expect(ssh('bob', '', key('bob')).status).toBe(255);
      const refused = ssh('eve', '', '/root/plain');
      expect(refused.status).toBe(255);
      expect(refused.asked).toContain('“eve” has not set it up');
      rules('required_for=none', 'exempt_users=bob');
      expect(ssh('bob', '', key('bob'))).toMatchObject({ status: 0, asked: '' });
      rules('exempt_users=');
    });

    it('are refused without the store, but root’s own su, sudo and the console work', () => {
      machine.sh('systemctl stop whmapi1d; mv /var/lib/whmapi1/store.db /root/store.db');
      try {
        expect(ssh('eve', '', '/root/plain').status).toBe(255);
        expect(typed('eve', sudo, PASSWORD, WRONG).status).toBe(1);
        expect(machine.run('su', ['eve', '-c', 'id -un'])).toMatchObject({ status: 0, stdout: 'eve\n' });
        expect(machine.run('sudo', ['-u', 'eve', 'id', '-un'])).toMatchObject({ status: 0, stdout: 'eve\n' });
        writeFileSync(machine.path('/etc/security/whmapi1.conf'), '+:eve:127.0.0.0/8\n-:ALL:ALL\n');
        const sshd = machine.path('/etc/pam.d/sshd');
        const text = readFileSync(sshd, 'utf8');
        writeFileSync(sshd, text.replace(/^@include whmapi1\n/m, `${accessLine}$&`));
        expect(ssh('eve', '', '/root/plain')).toMatchObject({ status: 0, stdout: 'eve\n', asked: '' });
        expect(ssh('bob', WRONG, key('bob')).status).toBe(255);
        writeFileSync(sshd, text);
        // login(1), which agetty starts at the console, is not configured.
        expect(
          machine.run('grep', ['-r', 'whmapi1', '/etc/pam.d/login', '/etc/pam.d/common-auth']).stdout,
        ).toBe('');
      } finally {
        machine.sh('mv /root/store.db /var/lib/whmapi1/store.db; systemctl start whmapi1d');
      }
    });

    it('keep the package installed while PAM needs it', () => {
      const refused = machine.run('apt-get', ['remove', '-y', '-q', 'whmapi1']);
      expect(refused.status).not.toBe(0);
      expect(refused.stdout + refused.stderr).toContain(
        'first remove the lines “@include whmapi1” from these files: /etc/pam.d/sshd /etc/pam.d/su /etc/pam.d/sudo',
      );
      expect(machine.run('whmapi1', ['--version']).status).toBe(0);
      machine.sh(`sed -i '/@include whmapi1/d' /etc/pam.d/sshd /etc/pam.d/su /etc/pam.d/sudo`);
      expect(machine.run('apt-get', ['remove', '-y', '-q', 'whmapi1']).status).toBe(0);
    });
  });
});
