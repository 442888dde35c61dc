export { readRuleFile } from './rule-file.js';
export type { RuleFile, RuleProblem } from './rule-file.js';
export { AlertRules } from './alert-rules.js';
export { durationText } from './duration.js';
export type {
  AlertRule,
  CountRule,
  FirstSeenIpRule,
  OffHoursRule,
  RuleFilter,
  Severity,
  SubjectType,
} from './rule.js';
export { minutesOfDay, weekdays } from './rule.js';
export type { Weekday } from './rule.js';
