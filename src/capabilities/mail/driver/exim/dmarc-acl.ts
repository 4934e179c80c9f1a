// The part of Exim’s rules that verifies where mail of strangers comes from (RFC 7489, section 6.6): a policy that the
// domain in the header From has published, and SPF or DKIM for a domain of the same owner. Debian’s Exim can verify the
// latter two only. A lookup that fails is never a reason to refuse mail.
import { PUBLIC_SUFFIXES } from './places.ts';
import { serverSetting } from './server-settings.ts';

/** Otherwise, results are only noted. */
const IS_ACTED_ON = `!eq{${serverSetting('dmarc')}}{0}`;

/**
 * The domain that somebody has registered: `example.co.uk` of `www.example.co.uk`. The file has the number of labels that
 * are the registry’s.
 */
const registered = (domain: string) =>
  `\${if exists{${PUBLIC_SUFFIXES}}{\${sg{${domain}}{\\N^.*?((?:[^.]+\\.){\\N\${lookup{${domain}}partial0-lsearch{${PUBLIC_SUFFIXES}}{$value}{1}}\\N}[^.]+)$\\N}{\\$1}}}{${domain}}}`;

/** The policies of a domain, one in each line. A DNS error ends the statement. */
const policiesOf = (domain: string) =>
  `\${filter{<\\n \${lookup dnsdb{>\\n; defer_strict,txt=_dmarc.${domain}}}}{match{$item}{\\N^v\\s*=\\s*DMARC1\\s*(?:;|$)\\N}}}`;

const RECORD = '$acl_m_dmarc_record';
const isStrict = (tag: string) => `match{${RECORD}}{\\N(?i);\\s*${tag}\\s*=\\s*s\\s*(?:;|$)\\N}`;
const policyIn = (tag: string, otherwise: string) =>
  `\${if match{${RECORD}}{\\N(?i);\\s*${tag}\\s*=\\s*(none|quarantine|reject)\\s*(?:;|$)\\N}{\${lc:$1}}{${otherwise}}}`;
/** True if two domains have the same owner, as the policy wants it. */
const isAligned = (domain: string, tag: string) =>
  `or{{eqi{${domain}}{$acl_m_from}}{and{{!${isStrict(tag)}}{eqi{${registered(domain)}}{$acl_m_from_registered}}}}}`;
/** Exim’s library passes programs on this server always. */
const IS_SPF_PASSED = 'and{{eq{$spf_result}{pass}}{!match_ip{$sender_host_address}{<; 127.0.0.0/8 ; ::1}}}';
/** If DNS fails, Exim’s library has no result that it knows: “(invalid)”. */
const HAS_SPF_FAILED = 'match{$spf_result}{\\N^(?:temperror|\\(invalid\\))$\\N}';
const RESULTS = '${sg{${authresults{$primary_hostname}}}{\\Nspf=\\(invalid\\)\\N}{spf=temperror}}';
const SPF_DOMAIN = '${lc:${if def:sender_address_domain{$sender_address_domain}{$sender_helo_name}}}';

/** Exim runs these rules for each signer. */
export const DKIM_ACL = `check_dkim:
  warn  condition = \${if and{{eq{$dkim_verify_status}{pass}}{match{$dkim_domain}{\\N^[A-Za-z0-9._-]+$\\N}}}}
        set acl_m_dkim_passed = $acl_m_dkim_passed:\${lc:$dkim_domain}
  # A key that is not there is no error of DNS: the statement then continues, and takes it back.
  warn  condition = \${if and{{eq{$dkim_verify_reason}{pubkey_unavailable}}{match{$dkim_domain/$dkim_selector}{\\N^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$\\N}}}}
        set acl_m_dkim_former = $acl_m_dkim_failed
        set acl_m_dkim_failed = $acl_m_dkim_failed:\${lc:$dkim_domain}
        condition = \${lookup dnsdb{defer_strict,txt=$dkim_selector._domainkey.$dkim_domain}{yes}{yes}}
        set acl_m_dkim_failed = $acl_m_dkim_former
  accept
`;

/** Results in the name of this server, which are not its own yet. Exim does not know the header with a blank before its colon. */
export const HAS_RESULTS =
  'or{{match{$rh_authentication-results:}{\\N(?i)\\Q\\N$primary_hostname\\N\\E\\N}}' +
  '{match{\\n$message_headers_raw}{\\N(?i)\\nAuthentication-Results[^\\x21-\\x7e]+:\\N}}}';

/** In the rules for a message of a stranger, before anything that looks at its headers. Sets \`acl_m_quarantine\`. */
export const VERIFY_SENDER = `  # Headers that only this server may write (RFC 8601, section 5).
  warn  remove_header = X-Spam-Flag : X-Spam-Status : X-Spam-Score : X-Spam-Bar
  warn  condition = \${if ${HAS_RESULTS}}
        remove_header = Authentication-Results
  warn  set acl_m_from = \${reduce{\${map{\${filter{\${addresses:$rh_from:}}{match{$item}{@}}}}{\${lc:\${domain:$item}}}}}{}{\${if inlist{$item}{$value}{$value}{\${if def:value{$value:}}$item}}}}
  deny  condition = \${if or{{match{$acl_m_from}{:}}{and{{!match{$acl_m_from}{\\N^[a-z0-9.-]+$\\N}}{match{$rh_from:}{\\N@|=\\?\\N}}}}}}
        message = 550 5.6.0 The header “From” should have the address of one sender.
  warn  spf = fail : softfail : none : neutral : pass : permerror : temperror
  warn  set acl_m_dmarc = none
        condition = \${if def:acl_m_from}
        set acl_m_from_registered = ${registered('$acl_m_from')}
        set acl_m_dmarc = temperror
        set acl_m_dmarc_record = ${policiesOf('$acl_m_from')}
        set acl_m_dmarc = found
  warn  condition = \${if and{{eq{$acl_m_dmarc}{found}}{!def:acl_m_dmarc_record}{!eq{$acl_m_from}{$acl_m_from_registered}}}}
        set acl_m_dmarc = temperror
        set acl_m_dmarc_record = ${policiesOf('$acl_m_from_registered')}
        set acl_m_dmarc_inherited = yes
        set acl_m_dmarc = found
  # Several policies are none.
  warn  condition = \${if and{{eq{$acl_m_dmarc}{found}}{!={\${listcount:<\\n ${RECORD}}}{1}}}}
        set acl_m_dmarc = none
  warn  condition = \${if eq{$acl_m_dmarc}{found}}
        set acl_m_dmarc = fail
        set acl_m_spf_domain = ${SPF_DOMAIN}
        set acl_m_dmarc_policy = ${policyIn('p', 'none')}
  warn  condition = \${if and{{eq{$acl_m_dmarc}{fail}}{eq{$acl_m_dmarc_inherited}{yes}}}}
        set acl_m_dmarc_policy = ${policyIn('sp', '$acl_m_dmarc_policy')}
  warn  condition = \${if eq{$acl_m_dmarc}{fail}}
        condition = \${if or{{and{{${HAS_SPF_FAILED}}{${isAligned('$acl_m_spf_domain', 'aspf')}}}}{forany{$acl_m_dkim_failed}{and{{!eq{$item}{}}{${isAligned('$item', 'adkim')}}}}}}}
        set acl_m_dmarc = temperror
  warn  condition = \${if or{{eq{$acl_m_dmarc}{fail}}{eq{$acl_m_dmarc}{temperror}}}}
        condition = \${if def:acl_m_dmarc_record}
        condition = \${if or{{and{{${IS_SPF_PASSED}}{${isAligned('$acl_m_spf_domain', 'aspf')}}}}{forany{$acl_m_dkim_passed}{and{{!eq{$item}{}}{${isAligned('$item', 'adkim')}}}}}}}
        set acl_m_dmarc = pass
  # “pct”: the others get the next weaker policy.
  warn  condition = \${if eq{$acl_m_dmarc}{fail}}
        condition = \${if match{${RECORD}}{\\N(?i);\\s*pct\\s*=\\s*(\\d{1,3})\\s*(?:;|$)\\N}{\${if >={\${randint:100}}{$1}}}}
        set acl_m_dmarc_policy = \${if eq{$acl_m_dmarc_policy}{reject}{quarantine}{none}}
  warn  add_header = :at_start:${RESULTS};\\n\\tdmarc=$acl_m_dmarc\${if def:acl_m_from{ header.from=$acl_m_from}}
  deny  condition = \${if and{{eq{$acl_m_dmarc}{fail}}{eq{$acl_m_dmarc_policy}{reject}}{${IS_ACTED_ON}}}}
        message = 550 5.7.1 The policy of $acl_m_from (DMARC) wants this message to be refused.
  warn  condition = \${if and{{eq{$acl_m_dmarc}{fail}}{eq{$acl_m_dmarc_policy}{quarantine}}{${IS_ACTED_ON}}}}
        set acl_m_quarantine = yes
`;
