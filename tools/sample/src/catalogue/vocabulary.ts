/** A non-empty list. */
export type Words = readonly [string, ...string[]];

/** A kind of product: how such products are called, what they are made of and cost. */
export interface ProductKind {
  readonly categoryId: string;
  readonly nouns: Words;
  readonly qualities: Words;
  readonly sizes: Words;
  readonly uses: Words;
  readonly tags: Words;
  /** Lowest and highest usual price in whole currency units. */
  readonly priceRange: readonly [number, number];
}

const words = (text: string): Words => text.split(' | ') as [string, ...string[]];

/** Invented makers; each sells in one currency. */
export const brands: Words = words(
  'Halden | Fjellwerk | Norrby | Castellan | Brightwater | Oakhurst | Meridian | Solvang | Tarn & Co | Lumisto | Graywick | Alderman | Kestrel | Petrichor | Vantaa | Hollowell | Ostara | Quillon | Ravensby | Maribel',
);

/** The share of makers that sell in euros is large, so that price ranges compare. */
export const currencies: Words = words('EUR | EUR | EUR | EUR | EUR | EUR | EUR | EUR | GBP | USD');

export const colours: Words = words(
  'black | white | slate grey | sage green | navy | terracotta | sand | mustard | ruby red | sky blue | copper | natural',
);

export const adjustmentReasons: Words = words('delivery | sold | returned | stocktaking | damaged');
export const deletionReasons: Words = words('discontinued | recalled | listed twice | season over');

export const productKinds: readonly [ProductKind, ...ProductKind[]] = [
  {
    categoryId: 'kitchen.kettles',
    nouns: words('kettle | whistling kettle | gooseneck kettle | travel kettle'),
    qualities: words('enamel | stainless steel | cast iron | glass'),
    sizes: words('0.8 l | 1.2 l | 1.5 l | 1.7 l'),
    uses: words('for every hob | for pour-over coffee | for camping and small kitchens'),
    tags: words('induction | tea | gift'),
    priceRange: [19, 129],
  },
  {
    categoryId: 'kitchen.cookware',
    nouns: words('frying pan | saucepan | casserole | wok | grill pan'),
    qualities: words('cast iron | carbon steel | copper | ceramic-coated | aluminium'),
    sizes: words('20 cm | 24 cm | 28 cm | 32 cm'),
    uses: words('for searing and slow cooking | for gas, induction and oven | for everyday meals'),
    tags: words('induction | oven safe | professional'),
    priceRange: [24, 289],
  },
  {
    categoryId: 'kitchen.knives',
    nouns: words("chef's knife | bread knife | paring knife | santoku"),
    qualities: words('forged | damascus steel | ceramic | high-carbon steel'),
    sizes: words('9 cm | 15 cm | 20 cm | 25 cm'),
    uses: words('that keeps its edge | balanced for long work | with a full tang'),
    tags: words('professional | gift | hand wash'),
    priceRange: [18, 240],
  },
  {
    categoryId: 'home.lamps',
    nouns: words('desk lamp | floor lamp | pendant lamp | bedside lamp | wall lamp'),
    qualities: words('brass | linen | paper | oak | dimmable LED'),
    sizes: words('small | medium | large'),
    uses: words('with a warm light | for reading corners | for the dining table'),
    tags: words('led | dimmable | handmade'),
    priceRange: [29, 459],
  },
  {
    categoryId: 'home.textiles',
    nouns: words('blanket | cushion cover | bath towel | table runner | duvet cover'),
    qualities: words('merino | organic cotton | linen | bamboo | waffle-weave'),
    sizes: words('50 x 50 cm | 70 x 140 cm | 130 x 200 cm'),
    uses: words('that gets softer with every wash | woven in small batches | for cold evenings'),
    tags: words('organic | washable | gift'),
    priceRange: [12, 189],
  },
  {
    categoryId: 'outdoor.tents',
    nouns: words('tent | tarp | bivy | tunnel tent'),
    qualities: words('ultralight | four-season | ripstop | freestanding'),
    sizes: words('1 person | 2 persons | 4 persons'),
    uses: words('for nights above the tree line | pitched in three minutes | for family trips'),
    tags: words('waterproof | camping | repairable'),
    priceRange: [89, 949],
  },
  {
    categoryId: 'outdoor.backpacks',
    nouns: words('backpack | daypack | rolltop | trekking pack'),
    qualities: words('waxed canvas | recycled nylon | waterproof | frameless'),
    sizes: words('18 l | 28 l | 45 l | 65 l'),
    uses: words('for long approaches | for the commute and the weekend | with a ventilated back'),
    tags: words('recycled | waterproof | commute'),
    priceRange: [49, 329],
  },
  {
    categoryId: 'sports.cycling',
    nouns: words('bicycle helmet | handlebar bag | bike light | floor pump | multitool'),
    qualities: words('lightweight | rechargeable | aluminium | reflective'),
    sizes: words('S | M | L'),
    uses: words('for winter commutes | for gravel and road | that fits in a jersey pocket'),
    tags: words('commute | safety | usb-c'),
    priceRange: [15, 219],
  },
  {
    categoryId: 'electronics.audio',
    nouns: words('headphones | earbuds | bookshelf speakers | portable speaker | turntable'),
    qualities: words('wireless | noise-cancelling | open-back | walnut'),
    sizes: words('Mk I | Mk II | Mk III'),
    uses: words('tuned for voices | with 40 hours of battery | for small rooms'),
    tags: words('bluetooth | usb-c | hi-fi'),
    priceRange: [39, 899],
  },
  {
    categoryId: 'electronics.computing',
    nouns: words('mechanical keyboard | monitor arm | docking station | webcam | trackball'),
    qualities: words('hot-swappable | aluminium | silent | 4K | ergonomic'),
    sizes: words('compact | full-size | pro'),
    uses: words('for long working days | with one cable to the laptop | for shared desks'),
    tags: words('usb-c | office | repairable'),
    priceRange: [35, 549],
  },
  {
    categoryId: 'garden.tools',
    nouns: words('secateurs | spade | watering can | hand fork | pruning saw'),
    qualities: words('forged | ash-handled | galvanised | stainless steel'),
    sizes: words('short | standard | long'),
    uses: words('for heavy soil | for roses and fruit trees | to hand down'),
    tags: words('handmade | repairable | gift'),
    priceRange: [9, 119],
  },
  {
    categoryId: 'toys.wooden',
    nouns: words('building blocks | train set | stacking rings | marble run | puzzle'),
    qualities: words('beech | maple | painted | oiled'),
    sizes: words('24 pieces | 48 pieces | 100 pieces'),
    uses: words('from three years on | for rainy afternoons | that survives siblings'),
    tags: words('gift | plastic-free | kids'),
    priceRange: [14, 139],
  },
];
