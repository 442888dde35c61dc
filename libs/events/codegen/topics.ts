import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface TopicDeclaration {
  name: string;
  description: string;
  key: string;
  schema: string;
  partitions: number;
  cleanup: string;
  timestamp: 'append' | 'create';
  retention?: string;
  config?: Record<string, string | number>;
  owner: string;
  writers: string[];
  readers: string[];
}
export interface TopicsFile {
  topics: TopicDeclaration[];
  deadLetters: { retention: string; partitions: number; groups: string[] };
}

export function readTopics(path: string): TopicsFile {
  const file = parse(readFileSync(path, 'utf8')) as {
    topics: Record<string, Omit<TopicDeclaration, 'name'>>;
    dead_letters: TopicsFile['deadLetters'];
  };
  const topics = Object.entries(file.topics).map(([name, topic]) => ({ name, ...topic }));
  for (const topic of topics) {
    if (!/^[a-z-]+\.[a-z-]+\.v\d+$/.test(topic.name))
      throw new Error(`${path}: ${topic.name} is not <context>.<plural>.v<major>`);
  }
  return { topics, deadLetters: file.dead_letters };
}

/** `policy.pushes.v1` → `policyPushes`. */
export const constantName = (topic: string): string =>
  topic
    .replace(/\.v\d+$/, '')
    .split(/[.-]/)
    .map((word, i) => (i ? word[0]!.toUpperCase() + word.slice(1) : word))
    .join('');

/** Configuration of the topic as Kafka names it. */
export function kafkaConfig(
  topic: Pick<TopicDeclaration, 'cleanup' | 'timestamp' | 'retention' | 'config'>,
): Record<string, string> {
  const config: Record<string, string> = {
    'cleanup.policy': topic.cleanup,
    'message.timestamp.type': topic.timestamp === 'append' ? 'LogAppendTime' : 'CreateTime',
  };
  if (topic.cleanup.includes('delete')) config['retention.ms'] = milliseconds(topic.retention ?? 'forever');
  for (const [name, value] of Object.entries(topic.config ?? {})) {
    config[name] = name.endsWith('.ms') ? milliseconds(String(value)) : String(value);
  }
  return config;
}

function milliseconds(text: string): string {
  if (text === 'forever') return '-1';
  const match = /^(\d+)(d|h|m|s|ms)$/.exec(text);
  if (!match) throw new Error(`${text} is no duration such as 7d or 12h`);
  return String(
    Number(match[1]) * { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }[match[2] as 'd'],
  );
}
