import type { OffHoursRule, Weekday } from '@auditmesh/alert-rules';
import { weekdays } from '@auditmesh/alert-rules';

const MINUTE = 60_000_000;

/** A time on the wall of a place. */
export interface LocalTime {
  /** From 0, Monday. */
  weekday: number;
  /** Minutes since midnight as the clock shows them. */
  minute: number;
}

/** When a rule expects people to work, as the clocks of its time zone show it, summer time included. */
export class WorkingHours {
  private readonly format: Intl.DateTimeFormat;
  private readonly days: ReadonlySet<number>;
  private asked = Number.NaN;
  private answer = false;

  constructor(private readonly rule: Pick<OffHoursRule, 'timeZone' | 'weekdays' | 'hours'>) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: rule.timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    this.days = new Set(rule.weekdays.map((day) => weekdays.indexOf(day)));
  }

  /** Whether nobody should work. @param micros µs since the epoch */
  isOff(micros: number): boolean {
    const minute = Math.floor(micros / MINUTE);
    if (minute !== this.asked) {
      this.answer = !this.isOn(this.localTime(micros));
      this.asked = minute;
    }
    return this.answer;
  }

  localTime(micros: number): LocalTime {
    const parts = this.format.formatToParts(Math.floor(micros / 1000));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)!.value;
    const weekday = weekdays.indexOf(part('weekday').toLowerCase() as Weekday);
    return { weekday, minute: Number(part('hour')) * 60 + Number(part('minute')) };
  }

  /** Hours past midnight belong to the day on which they began. */
  private isOn({ weekday, minute }: LocalTime): boolean {
    const [from, to] = this.rule.hours;
    if (from < to) return this.days.has(weekday) && from <= minute && minute < to;
    if (minute >= from) return this.days.has(weekday);
    return minute < to && this.days.has((weekday + 6) % 7);
  }
}
