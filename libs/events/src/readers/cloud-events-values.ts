/** `specversion` of every event: CloudEvents 1.0 (https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md). */
export const specVersion = '1.0';

/** `datacontenttype` of every event. */
export const dataContentType = 'application/json';
