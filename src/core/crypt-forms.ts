// The forms of crypt(5) that hashes of passwords may have here. Their cost is limited, because every login computes them:
// a hash with 999,999,999 rounds would keep a processor busy for minutes.

const DIGIT = '[./0-9A-Za-z]';
const MD5 = `\\$1\\$${DIGIT}{1,8}\\$${DIGIT}{22}`;
const FORMS = [
  MD5,
  // SHA-256 and SHA-512
  `\\$5\\$(rounds=\\d{4,6}\\$)?${DIGIT}{1,16}\\$${DIGIT}{43}`,
  `\\$6\\$(rounds=\\d{4,6}\\$)?${DIGIT}{1,16}\\$${DIGIT}{86}`,
  // bcrypt up to the cost 13
  `\\$2[abxy]\\$(0[4-9]|1[0-3])\\$${DIGIT}{53}`,
  // yescrypt, up to twice the memory of the default
  `\\$y\\$j[./0-9A]T\\$${DIGIT}{1,86}\\$${DIGIT}{43}`,
];
const ANY = new RegExp(`^(?:${FORMS.join('|')})$`);
const ONLY_MD5 = new RegExp(`^${MD5}$`);

/** True for a hash of MD5, SHA-256, SHA-512, bcrypt or yescrypt that takes no more than about a second. */
export const isCryptHash = (text: string): boolean => ANY.test(text);

/** True for a hash that a fast computer can try billions of passwords against in a second. */
export const isWeakCryptHash = (text: string): boolean => ONLY_MD5.test(text);
