"""Places in English: 江阳区 is Jiangyang District. Pinyin for the name, the usual English word for the kind.

A few provinces are called otherwise (Shaanxi, Inner Mongolia). Peoples in the names of autonomous places keep the
spelling used in English. Where a dictionary reading differs from the local one, the local one stands in LOCAL.
"""

from __future__ import annotations

import re
from functools import lru_cache

from tongban.lib.names import plain_pinyin

WHOLE = {
    "内蒙古自治区": "Inner Mongolia Autonomous Region",
    "广西壮族自治区": "Guangxi Zhuang Autonomous Region",
    "西藏自治区": "Xizang Autonomous Region",
    "宁夏回族自治区": "Ningxia Hui Autonomous Region",
    "新疆维吾尔自治区": "Xinjiang Uygur Autonomous Region",
    "香港特别行政区": "Hong Kong Special Administrative Region",
    "澳门特别行政区": "Macao Special Administrative Region",
    "陕西省": "Shaanxi Province",
    "市辖区": "Districts of the City",
    "县": "Counties of the City",
}
# Longest first: the first that ends the name is its kind.
KINDS = {
    "社区居民委员会": "Community",
    "社区居委会": "Community",
    "村民委员会": "Village",
    "居民委员会": "Community",
    "街道办事处": "Subdistrict",
    "省直辖县级行政区划": "Counties directly under the Province",
    "自治区直辖县级行政区划": "Counties directly under the Region",
    "居委会": "Community",
    "村委会": "Village",
    "自治州": "Autonomous Prefecture",
    "自治县": "Autonomous County",
    "自治旗": "Autonomous Banner",
    "民族乡": "Ethnic Township",
    "街道": "Subdistrict",
    "社区": "Community",
    "地区": "Prefecture",
    "新区": "New Area",
    "矿区": "Mining District",
    "林区": "Forestry District",
    "苏木": "Sumu",
    "省": "Province",
    "市": "City",
    "盟": "League",
    "区": "District",
    "县": "County",
    "旗": "Banner",
    "镇": "Town",
    "乡": "Township",
    "村": "Village",
}
PEOPLES = {
    "壮族": "Zhuang", "回族": "Hui", "维吾尔": "Uygur", "哈萨克": "Kazak", "蒙古族": "Mongol", "蒙古": "Mongol",
    "藏族": "Zang", "羌族": "Qiang", "彝族": "Yi", "苗族": "Miao", "侗族": "Dong", "土家族": "Tujia",
    "布依族": "Bouyei", "傣族": "Dai", "景颇族": "Jingpo", "傈僳族": "Lisu", "白族": "Bai", "哈尼族": "Hani",
    "朝鲜族": "Korean", "满族": "Manchu", "黎族": "Li", "瑶族": "Yao", "畲族": "She", "佤族": "Va",
    "拉祜族": "Lahu", "纳西族": "Naxi", "仫佬族": "Mulao", "仡佬族": "Gelao", "水族": "Shui", "毛南族": "Maonan",
    "布朗族": "Blang", "怒族": "Nu", "独龙族": "Derung", "普米族": "Pumi", "东乡族": "Dongxiang", "保安族": "Bonan",
    "撒拉族": "Salar", "土族": "Tu", "裕固族": "Yugur", "柯尔克孜": "Kirgiz", "塔吉克": "Tajik", "锡伯": "Xibe",
    "达斡尔族": "Daur", "鄂温克族": "Evenki", "鄂伦春": "Oroqen", "各族": "Multi-ethnic",
}  # fmt: skip
LOCAL = {
    "乐亭": "Laoting", "蔚县": "Yu", "涡阳": "Guoyang", "歙县": "She", "黟县": "Yi", "六安": "Lu'an",
    "铅山": "Yanshan", "中牟": "Zhongmu", "浚县": "Xun", "泌阳": "Biyang", "监利": "Jianli", "郴州": "Chenzhou",
    "番禺": "Panyu", "大埔": "Dabu", "东莞": "Dongguan", "儋州": "Danzhou", "犍为": "Qianwei", "郫都": "Pidu",
    "筠连": "Junlian", "珙县": "Gong", "荥经": "Yingjing", "洪洞": "Hongtong", "繁峙": "Fanshi", "尉犁": "Yuli",
    "台州": "Taizhou", "丽水": "Lishui", "天台": "Tiantai", "嵊州": "Shengzhou", "鄞州": "Yinzhou", "莘县": "Shen",
    "单县": "Shan", "济南": "Jinan", "济宁": "Jining", "济源": "Jiyuan", "长治": "Changzhi", "长子": "Zhangzi",
    "解州": "Haizhou", "呼和浩特": "Hohhot", "乌鲁木齐": "Ürümqi", "拉萨": "Lhasa", "日喀则": "Xigazê",
    "锡林郭勒": "Xilin Gol", "呼伦贝尔": "Hulun Buir", "鄂尔多斯": "Ordos", "巴彦淖尔": "Bayan Nur",
    "乌兰察布": "Ulanqab", "阿拉善": "Alxa", "哈尔滨": "Harbin", "齐齐哈尔": "Qiqihar", "吐鲁番": "Turpan",
    "伊犁": "Ili", "克拉玛依": "Karamay", "喀什": "Kashi", "阿坝": "Aba", "牟平": "Muping", "任丘": "Renqiu",
    "任城": "Rencheng", "重庆": "Chongqing", "厦门": "Xiamen",
}  # fmt: skip
_PEOPLE = re.compile("|".join(sorted(PEOPLES, key=len, reverse=True)))


@lru_cache(maxsize=8192)
def english_name(name: str) -> str:
    """A region's name for readers of English; never empty for a name that is not."""
    if name in WHOLE:
        return WHOLE[name]
    kind = next((word for word in sorted(KINDS, key=len, reverse=True) if name.endswith(word)), "")
    stem = name[: len(name) - len(kind)] if kind else name
    peoples: list[str] = []
    if kind in ("自治州", "自治县", "自治旗", "民族乡", "乡", "自治区"):
        found = _PEOPLE.search(stem)
        # 东乡族自治县 is all people and no place; 蒙古 within a place's own name stands first.
        if found and (found.start() > 0 or found.end() == len(stem)):
            peoples = [PEOPLES[word] for word in _PEOPLE.findall(stem[found.start() :])]
            stem = stem[: found.start()]
    words = [_roman(stem, name), *peoples, KINDS.get(kind, "")]
    return " ".join(word for word in words if word)


def _roman(stem: str, name: str) -> str:
    """One capitalised word, with the apostrophe before a vowel inside it (Lu'an)."""
    local = LOCAL.get(stem) or LOCAL.get(name)
    if local or not stem:
        return local or ""
    syllables = [part.replace("v", "ü") if part[:1] in "ln" else part for part in plain_pinyin(stem)]
    joined = "".join(f"'{part}" if i and part[:1] in "aoe" else part for i, part in enumerate(syllables))
    return joined[:1].upper() + joined[1:]
