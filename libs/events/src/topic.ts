/** A topic as declared in schemas/topics.yml, typed by its value. */
export interface Topic<T> {
  /** Name without a prefix, `<context>.<plural>.v<major>`. */
  readonly name: string;
  readonly partitions: number;
  /** Configuration as Kafka names it. */
  readonly config: Readonly<Record<string, string>>;
  /** Avro schema of the value, complete in itself. */
  readonly schema: object;
  /** Only for the type checker: the type of the value. */
  readonly value?: T;
}

export const topic = <T>(declaration: Topic<T>): Topic<T> => declaration;
