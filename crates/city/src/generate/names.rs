//! Names of streets, districts and places in Chinese and English.
//!
//! Chinese names are a stem of two characters and a word for what is named; English ones are the
//! stem in Hanyu Pinyin and the English word, as on Chinese street signs (GB 17733).

use std::collections::BTreeMap;

use urbis_network::{Label, RoadClass};

use crate::random::Stream;

use super::streets::Streets;

/// First characters of stems, with their pinyin.
const FIRST: [(&str, &str); 36] = [
    ("长", "chang"),
    ("永", "yong"),
    ("新", "xin"),
    ("安", "an"),
    ("和", "he"),
    ("兴", "xing"),
    ("平", "ping"),
    ("建", "jian"),
    ("文", "wen"),
    ("学", "xue"),
    ("清", "qing"),
    ("明", "ming"),
    ("东", "dong"),
    ("金", "jin"),
    ("银", "yin"),
    ("玉", "yu"),
    ("翠", "cui"),
    ("柳", "liu"),
    ("桂", "gui"),
    ("松", "song"),
    ("竹", "zhu"),
    ("梅", "mei"),
    ("荷", "he"),
    ("云", "yun"),
    ("星", "xing"),
    ("海", "hai"),
    ("江", "jiang"),
    ("湖", "hu"),
    ("龙", "long"),
    ("凤", "feng"),
    ("鹤", "he"),
    ("春", "chun"),
    ("秋", "qiu"),
    ("丰", "feng"),
    ("广", "guang"),
    ("景", "jing"),
];

/// Second characters of stems.
const SECOND: [(&str, &str); 36] = [
    ("宁", "ning"),
    ("泰", "tai"),
    ("华", "hua"),
    ("昌", "chang"),
    ("康", "kang"),
    ("乐", "le"),
    ("盛", "sheng"),
    ("达", "da"),
    ("源", "yuan"),
    ("泉", "quan"),
    ("溪", "xi"),
    ("山", "shan"),
    ("林", "lin"),
    ("园", "yuan"),
    ("亭", "ting"),
    ("台", "tai"),
    ("桥", "qiao"),
    ("门", "men"),
    ("庆", "qing"),
    ("瑞", "rui"),
    ("祥", "xiang"),
    ("福", "fu"),
    ("德", "de"),
    ("义", "yi"),
    ("信", "xin"),
    ("光", "guang"),
    ("辉", "hui"),
    ("阳", "yang"),
    ("月", "yue"),
    ("风", "feng"),
    ("波", "bo"),
    ("岭", "ling"),
    ("谷", "gu"),
    ("洲", "zhou"),
    ("元", "yuan"),
    ("和", "he"),
];

/// Stems that none but the great avenues of a city bear.
const AVENUES: [(&str, &str); 10] = [
    ("人民", "Renmin"),
    ("解放", "Jiefang"),
    ("中山", "Zhongshan"),
    ("建设", "Jianshe"),
    ("和平", "Heping"),
    ("胜利", "Shengli"),
    ("文化", "Wenhua"),
    ("友谊", "Youyi"),
    ("光明", "Guangming"),
    ("朝阳", "Chaoyang"),
];

/// Gives out stems, none twice until all are used.
#[derive(Debug)]
pub(crate) struct Stems {
    order: Vec<u16>,
    next: usize,
}

impl Stems {
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        let stream = Stream::new(seed, purpose);
        let count = (FIRST.len() * SECOND.len()) as u16;
        let mut order: Vec<u16> = (0..count)
            .filter(|stem| {
                let (first, second) = parts(*stem);
                first.0 != second.0
            })
            .collect();
        order.sort_by_key(|stem| (stream.bits(u64::from(*stem)), *stem));
        Self { order, next: 0 }
    }

    /// The next stem; after the last, the first again.
    pub(crate) fn take(&mut self) -> Label {
        let (first, second) = parts(self.order[self.next % self.order.len()]);
        self.next += 1;
        // An apostrophe keeps syllables apart where the second begins with a vowel.
        let gap = if second.1.starts_with(['a', 'e', 'o']) { "'" } else { "" };
        let mut pinyin = format!("{}{gap}{}", first.1, second.1);
        pinyin[..1].make_ascii_uppercase();
        Label { zh: format!("{}{}", first.0, second.0), en: pinyin }
    }
}

fn parts(stem: u16) -> ((&'static str, &'static str), (&'static str, &'static str)) {
    let stem = stem as usize;
    (FIRST[stem / SECOND.len()], SECOND[stem % SECOND.len()])
}

/// A stem with the word for what it names.
pub(crate) fn named(stem: &Label, zh: &str, en: &str) -> Label {
    Label { zh: format!("{}{zh}", stem.zh), en: format!("{} {en}", stem.en) }
}

/// Names of all streets: one for each run of streets of one rank along a line of the lattice.
pub(crate) fn street_labels(streets: &Streets, seed: u64) -> Vec<Label> {
    let mut stems = Stems::new(seed, "street names");
    let stream = Stream::new(seed, "street words");
    let mut avenues = AVENUES.iter();
    let mut names: BTreeMap<(u8, u32, i32), Label> = BTreeMap::new();
    let label = |street: &super::streets::Street| {
        let upright = street.line.is_multiple_of(2);
        // A local street has its name within one superblock, a collector within three.
        let along = if upright { street.superblock.1 } else { street.superblock.0 };
        let (rank, section) = match street.class {
            RoadClass::Expressway => (0, if upright { along.signum() } else { 2 + along.signum() }),
            RoadClass::Arterial => (1, i32::from(along < 0)),
            RoadClass::Collector => (2, along.div_euclid(3)),
            RoadClass::Local => (3, along),
        };
        let line = if rank == 0 { 0 } else { street.line };
        names
            .entry((rank, line, section))
            .or_insert_with(|| {
                let draw = stream.unit(u64::from(line) << 32 | u64::from(section as u32));
                match street.class {
                    RoadClass::Expressway => named(&stems.take(), "快速路", "Expressway"),
                    RoadClass::Arterial => {
                        let stem = avenues.next().map_or_else(
                            || stems.take(),
                            |(zh, en)| Label { zh: (*zh).to_owned(), en: (*en).to_owned() },
                        );
                        if draw < 0.5 {
                            named(&stem, "大道", "Avenue")
                        } else {
                            named(&stem, "路", "Road")
                        }
                    }
                    RoadClass::Collector if upright => named(&stems.take(), "路", "Road"),
                    RoadClass::Collector => named(&stems.take(), "街", "Street"),
                    RoadClass::Local if draw < 0.5 => named(&stems.take(), "街", "Street"),
                    RoadClass::Local => named(&stems.take(), "巷", "Lane"),
                }
            })
            .clone()
    };
    streets.streets.iter().map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_do_not_repeat_before_all_are_used() {
        let mut stems = Stems::new(1, "test");
        let mut seen: Vec<String> = (0..1000).map(|_| stems.take().zh).collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 1000);
    }

    #[test]
    fn pinyin_starts_with_a_capital_and_parts_vowels() {
        let mut stems = Stems::new(3, "test");
        let all: Vec<Label> = (0..1200).map(|_| stems.take()).collect();
        assert!(all.iter().all(|stem| stem.en.starts_with(|c: char| c.is_ascii_uppercase())));
        assert!(all.iter().all(|stem| stem.zh.chars().count() == 2));
    }
}
