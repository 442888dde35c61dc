const nothing = /^(?:~|null|Null|NULL)?$/;
const truth = /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/;
const untruth = /^(?:[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/;
const integer =
  /^([-+]?)(0b[01_]*[01][01_]*|0x[0-9a-fA-F_]*[0-9a-fA-F][0-9a-fA-F_]*|0[0-7_]+|0|[1-9][0-9_]*)$/;
const decimal = /^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?$/;
const fractional = /[.eE]/;
const infinite = /^([-+]?)\.(?:inf|Inf|INF)$/;
const notANumber = /^\.(?:nan|NaN|NAN)$/;

/**
 * Value of a plain scalar in YAML 1.1 as Ruby reads it: `yes` and `on` are booleans, `010` is eight, `y` and `n` are
 * text. Dates and numbers in base 60 (`10:30`) stay text.
 *
 * What JSON has no number for becomes text: `.inf`, `-.inf`, `.nan`, and an integer whose digits a JSON number
 * would not keep, which becomes its decimal digits. -0 becomes 0.
 */
export function readPlainScalar(text: string): null | boolean | number | string {
  if (nothing.test(text)) return null;
  if (truth.test(text)) return true;
  if (untruth.test(text)) return false;
  if (notANumber.test(text)) return '.nan';
  const infinity = infinite.exec(text);
  if (infinity) return infinity[1] === '-' ? '-.inf' : '.inf';
  const whole = integer.exec(text);
  if (whole) return readInteger(whole[1]!, whole[2]!);
  if (decimal.test(text) && fractional.test(text)) return readFraction(text);
  return text;
}

function readInteger(sign: string, digits: string): number | string {
  const plain = digits.replaceAll('_', '');
  const value = BigInt(/^0[0-7]/.test(plain) ? `0o${plain.slice(1)}` : plain);
  const exact = String(sign === '-' ? -value : value);
  return String(Number(exact)) === exact ? Number(exact) : exact;
}

function readFraction(text: string): number | string {
  const value = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf';
  return value === 0 ? 0 : value;
}
