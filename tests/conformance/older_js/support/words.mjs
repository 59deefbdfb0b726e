// The two vocabularies of the clients: cases are written in the words of Conversations, and twilio-chat's objects
// are seen through a translation. Nothing of the client is changed.

/** What is no mere exchange of words. */
const OTHER_NAMES = {
  setAllMessagesUnread: 'setNoMessagesConsumed',
  isOnline: 'online',
  isNotifiable: 'notifiable',
};
const WORDS = [
  ['Conversation', 'Channel'],
  ['conversation', 'channel'],
  ['Participant', 'Member'],
  ['participant', 'member'],
  ['LastRead', 'LastConsumed'],
  ['lastRead', 'lastConsumed'],
  ['MessagesRead', 'MessagesConsumed'],
  ['Unread', 'Unconsumed'],
];

/** The older name of an event, a method or a property. */
export function olderName(name) {
  return OTHER_NAMES[name] ?? WORDS.reduce((text, [newer, older]) => text.replaceAll(newer, older), name);
}

const translations = new WeakMap();
const originals = new WeakMap();

const original = (value) => originals.get(value) ?? value;
/** Objects with methods of the client's, and the plain ones that carry them in events and pages. */
const isTranslated = (value) => typeof value === 'object' && value !== null && !(value instanceof Date) && !(value instanceof Error);

/** `value`, if it is twilio-chat's, in the words of Conversations; the same object each time. */
export function inNewWords(value) {
  if (value instanceof Promise) return value.then(inNewWords);
  if (!isTranslated(value)) return value;
  if (Array.isArray(value)) return value.map(inNewWords);
  if (isData(value)) return value;
  if (!translations.has(value)) {
    const translation = new Proxy(value, { get: (target, name) => read(target, name) });
    translations.set(value, translation);
    originals.set(translation, value);
  }
  return translations.get(value);
}

/** Attributes and the like: what people wrote, whose words stay. */
function isData(value) {
  const plain = Object.getPrototypeOf(value) === Object.prototype;
  return plain && !Object.values(value).some((v) => typeof v === 'function' || (isTranslated(v) && !isPlain(v)));
}
const isPlain = (value) => Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;

function read(target, name) {
  const value = target[typeof name === 'string' ? olderName(name) : name];
  if (typeof value !== 'function') return inNewWords(value);
  return (...args) => inNewWords(value.apply(target, args.map(original)));
}
