import { defineFunction } from '../../core/define.ts';
import { findVersions } from '../../capabilities/php/driver/look-php.ts';
import { lookAtMemory } from '../../capabilities/php/driver/php-pools/look-php-fpm.ts';
import { memoryOfDomain } from '../../capabilities/php/rules/conversion.ts';
import { newestOf } from '../../capabilities/php/rules/versions.ts';
import { countFpmHosts, prepareList } from '../../capabilities/php/rules/virtual-hosts.ts';

const MIB = 1024 * 1024;

export default defineFunction({
  name: 'get_fpm_count_and_utilization',
  since: 66,
  summary: 'Show how many virtual hosts use PHP-FPM, and whether there is memory for all others.',
  description:
    'A virtual host is expected to need as much memory as a process of a pool uses on average now. If none is running, ' +
    '30 MiB are assumed, as WHM’s documentation recommends. Pools without requests have no processes.',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: {},
  returns: {
    total_domains: { type: 'integer', doc: 'The virtual hosts of all accounts.' },
    domains_using_fpm: { type: 'integer', doc: 'Those that use PHP-FPM.' },
    domains_to_be_enabled: { type: 'integer', doc: 'Those that convert_all_domains_to_fpm would convert.' },
    memory_needed: { type: 'integer', doc: 'The memory that these need, in mebibytes.' },
    number_of_new_fpm_accounts_we_can_handle: {
      type: 'integer',
      doc: 'For how many more virtual hosts there is memory.',
    },
    show_warning: { type: 'flag', doc: 'Whether there is not enough memory for all of them.' },
  },
  examples: [{ args: {}, doc: 'Whether all domains can be converted.' }],

  async look(_args, { machine }) {
    const versions = await findVersions(machine);
    return { newest: newestOf(versions)?.id, memory: await lookAtMemory(machine, versions) };
  },

  async handler(_args, { db, caller }, { newest, memory }) {
    const { hosts, withFpm } = await countFpmHosts(db, await prepareList(db, caller, newest));
    const left = hosts - withFpm;
    const each = memoryOfDomain(memory);
    return {
      total_domains: hosts,
      domains_using_fpm: withFpm,
      domains_to_be_enabled: left,
      memory_needed: Math.ceil((left * each) / MIB),
      number_of_new_fpm_accounts_we_can_handle: Math.floor(memory.available / each),
      show_warning: Number(left * each > memory.available),
    };
  },
});
