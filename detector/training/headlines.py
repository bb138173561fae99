"""Short honest Chinese texts that look like spam to a naive eye: the hard negatives of headlines.

Model numbers with prices, game and film titles with Latin, fund news with figures, shop notices,
app blurbs with contact lines, streaming and navigation widgets. All slots are drawn independently.
"""

from __future__ import annotations

import random
import re

__all__ = ["honest_headline", "honest_link_texts"]

_SLOTS: dict[str, tuple[str, ...]] = {
    "maker": tuple(
        "佳能 尼康 索尼 三星 松下 富士 卡西欧 联想 戴尔 惠普 华硕 宏碁 东芝 神舟 明基 海尔 诺基亚 摩托罗拉 多普达 "
        "魅族 小米 华为 中兴 酷派 金立 步步高 夏普 飞利浦 LG HTC OPPO vivo 苹果 微软 罗技 雷蛇 技嘉 微星 七彩虹 "
        "影驰 金士顿 希捷 漫步者 爱国者 纽曼 先锋 奥林巴斯 理光 宾得 三洋 大疆 格力 美的".split()
    ),
    "thing": tuple(
        "单反 卡片机 长焦机 游戏本 上网本 超极本 一体机 平板 智能机 音乐手机 投影 显示器 主板 显卡 硬盘 内存 路由器 "
        "电视 空调 冰箱 打印机 键盘 鼠标 耳机 音箱 摄像机 行车记录仪 移动电源 手环 充电器 镜头 机箱".split()
    ),
    "sell": tuple(
        "仅售 售价 只卖 跌破 报价 降至 套装 促销价 到货价 狂降后 不足 直降至 特价 首发价 团购价".split()
    ),
    "gift": tuple("送8G卡 送原装包 送豪礼 送读卡器 赠鼠标 送贴膜 全国联保 现货 行货 免运费".split()),
    "game": tuple(
        "天下贰 诛神录 幻想西行 龙之战歌 星海OL 三国群英传OL 武林外史 梦回大唐 机甲先锋 魔域传说 仙途 热血江山 "
        "弹弹球 飞车联盟 精灵物语 女神之光 黑暗纪元 猎魔者 赤壁英雄 水浒无双 坦克前线 王国守卫 剑客行 海贼冒险".split()
    ),
    "gamenews": tuple(
        "内测今日开启 不删档测试火爆进行 新服暖心开启 新资料片曝光 原画首曝 BOSS攻略 副本解密 充值送好礼 "
        "ShowGirl写真曝光 CG动画首发 公测倒计时 周年庆福利放送 等级排行榜更新 宣传片发布 获奖名单公布 "
        "手游版预约开启 iOS版上架 双平台同步首发 玩家冲级忙 激活码领取".split()
    ),
    "city": tuple(
        "北京 上海 广州 深圳 成都 武汉 杭州 南京 西安 重庆 天津 苏州 郑州 长沙 青岛 大连 厦门 昆明 通州 房山 大兴 "
        "昌平 顺义 浦东 萧山 江宁".split()
    ),
    "estate": tuple(
        "金隅家园 香草河畔 世奥中心 阳光水岸 翡翠城 丽景湾 国际公寓 学府名邸 滨江一号 御景园 紫薇花园 CBD公馆 "
        "SOHO现代城 东方明珠苑 万科新里程".split()
    ),
    "team": tuple(
        "皇马 巴萨 利物浦 曼联 阿森纳 切尔西 拜仁 国米 尤文 米兰 多特 湖人 勇士 火箭 凯尔特人 国安 恒大 申花 鲁能 "
        "中国女排 德国队 巴西队 西班牙队 英格兰队".split()
    ),
    "cup": tuple("欧冠 欧洲杯 世界杯 亚冠 英超 西甲 意甲 CBA NBA总决赛 中超 足总杯 亚洲杯 奥运会".split()),
    "star": tuple("林志远 陈佳怡 张晓岚 吴雨桐 周子墨 李沐阳 王诗涵 赵一鸣 孙若曦 何俊杰 Angela Lady小K".split()),
    "gossip": tuple(
        "性感写真曝光 大秀美腿 热舞惊艳全场 否认恋情 新专辑发布 现身机场 晒自拍 红毯造型盘点 登杂志封面 "
        "演唱会门票售罄 清凉出镜 甜蜜约会被拍 获封影后 变身女神".split()
    ),
    "film": tuple("低空飞行 欲望都市 夜色温柔 心灵捕手 山海情缘 深海谜踪 长安十日 花样厨房 极速追踪 春风十里".split()),
    "filmtail": tuple(
        "高清完整版预告 在线观看指南 1080P蓝光原盘 全集剧情介绍 国语版定档 免费首映招募 票房破亿 精彩片花 "
        "主题曲MV 幕后花絮 高清剧照".split()
    ),
    "fund": tuple("嘉盛超短债 华丰成长 天添利A 中证500ETF 稳健增利B 蓝筹精选 沪深300 创业板指 现货黄金 美元指数".split()),
    "app": tuple(
        "记账宝 跑步圈 懒人菜谱 背单词 天气通 掌上公交 家长帮 问医生 漫画岛 听书吧 手机管家 输入法 壁纸精灵 "
        "省钱快报 阅读助手 相机大师 K歌派 对战平台 桌面助手 游戏盒子 直播助手".split()
    ),
    "nick": tuple(
        "小姐姐 宝贝 奶茶 鬼马 大魔王 甜心 阿狸 老王 小鹿 萌萌 木子 十三 老牛 团子 女王 御姐 呆呆 欧尼 baby 芒果 "
        "稳稳 肥仔 Coco 星星 静静 喵喵".split()
    ),
    "show": tuple("热门直播 秀场 精彩搏击 舞蹈 搞笑 游戏直播 户外 颜值 音乐 脱口秀 桌游 体育 财经 美食 一起看".split()),
    "site": tuple(
        "上网导航 网址大全 小游戏 在线小说 双色球开奖 福彩3D 彩票 天气预报 站长工具 火车票 电影票 股票 基金 手机充值 "
        "翻译 地图 邮箱 论坛 贴吧 淘宝网 人民网 京东商城 团购 招聘 星座 笑话 图片 音乐 军事 汽车 体育直播 NBA直播".split()
    ),
    "course": tuple("计算机二级VB 一级建造师 教师资格证 雅思听力 考研英语 会计从业 普通话 公务员行测 四六级".split()),
    "ask": tuple("哪个好？ 怎么选？ 值得买吗？ 有什么区别？ 哪一个玩游戏比较好？ 性价比哪个高？".split()),
    "book": tuple("重生之都市仙尊 穿越农家女 霸总的小娇妻 剑来时 凡尘仙途 末世囤货 盛世医妃 全职大厨 夜行者".split()),
    "booktail": tuple("最新章节 全文阅读 TXT下载 无弹窗 目录 番外 第128章 大结局 免费试读 作者有话说".split()),
    "praise": tuple("值得信赖！ 好评如潮 暖心开启 免费领取 限时抢购 大揭秘 完美谢幕 全面升级 不容错过 火爆进行中".split()),
    "sym": ("✦", "★", "♡", "▶", "🔥", "🎉", "→", "·", "|", "~", "NEW!", "HOT"),
}  # fmt: skip
_TEMPLATES = (
    "{maker}{M}{thing}{sell}{P}元", "{thing}新宠 {maker}{M}{sell}{P}元", "{maker}{N}英寸{M}芯{P}转硬盘本{P}元",
    "要抄底!{N}X光变{maker}{M}才{P}", "降{n}00 {maker}{M}{thing}{sell}{P}元{gift}", "{maker}{M}{thing}评测",
    "i{n}四核{P}独显 {maker}{M}{thing}{P}元", "支持1080i高清输出 {maker}{M}{sell}{P}元", "{maker}{M}和{maker}{M}{ask}",
    "{maker}{M}，{maker}{M}，{maker}{M}，{ask}", "{maker} {M} {thing}迎中秋优惠{gift}!", "《{game}》{gamenews}",
    "《{game}》{gamenews} {praise}", "{cup}来袭《{game}》充值送足球", "网游《{game}》{gamenews}", "手机网游《{game}》宅也有礼！",
    "今夏最火《{game}》试玩评测", "国产3D网游《{game}》最新高清截图发布", "{game}{nick}VS《{E}》{nick}", "E3游戏展ShowGirl大跳{E}舞",
    "{city}{estate}{N}平{n}居{P}0元{n}万抵{N}万优惠", "{city}{estate}{N}平起精装现房{P}0元享9{n}折", "{city}{estate}{N}平起别墅尾盘在售全款享9{n}折",
    "{estate}中心精装现房全款每平减{n}00元", "{fund}今年首次分红 每10份派0.0{n}元", "{fund}打开一天申赎", "大摩：{fund}有望重返{P}美元上方",
    "{fund}半年多赚{N}倍 不派息", "{year}财富榜出炉，{star}{P}亿问鼎", "{cup}-{team}{n}-{n}{team} {star}梅开二度", "{year}赛季{cup}决赛{team}vs{team}，几点开球？",
    "{team}夺冠赔率第{n} {cup}前瞻", "{year}/18赛季{cup}冠军会是{team}卫冕么？", "{cup}下半区对阵出炉：{team}遭遇{team}", "{star}{gossip}", "{star}{gossip}(组图)",
    "组图：{star}{gossip}", "{nick}{E}{N}D {star}{gossip}", "《{film}》{filmtail}", "电影《{film}：{city}》{filmtail}", "《{book}》{booktail}", "{book} {booktail}",
    "{app}APP {praise}", "{app}是一款靠谱的手机软件，安卓版、iOS版均可下载", "官方微信：{app} 客服电话400{P}{P} 官方微博@{app}", "{app}官方Q群{P}{P}{n}已满，二群{P}{P}{N}",
    "注册{app}，新手红包最高{n}8元", "在哪里下载{app}？官网入口在这里", "{app}手机版登录不了怎么办", "{app} v{n}.{n}.{n} 安卓版下载", "{course}和{course}{ask}", "{course}真题下载 {praise}",
    "{year}年{city}{course}报名入口开通", "热门{show}-{E}", "{nick}{nick}{N}", "{nick}{sym}{nick}", "{sym}{nick}{E}", "{show}·{nick}", "{nick}{N}{N}D", "{sym}", "{show} {sym}",
    "{site},{site},{site},{site}", "{site}", "{site} {site}", "{app}攻略,{game}攻略,{game}怎么样,{game}值得培养吗", "{game}_{game}攻略_{app}网", "{game}官网入口 - {app}", "功能特色1、免费免费免费",
    "{maker}携新域名{M}.com加速拓展", "{E}软件{year}Chinajoy首秀完美谢幕", "英媒评{n}款最棒iPhone游戏", "{year}{sym}{city}{thing}展 {praise}", "联系电话：0{N}-{P}{P} QQ：{P}{P}{n}", "{city}招聘{thing}销售 月薪{P}+提成 五险一金",
    "大品牌，{praise}", "{maker}三缸车{M}、{M}华丽转身", "星座：{nick}本周{praise}", "羡慕{maker}{M}，{P}mm口径一炮定胜负", "{P}mAh额定电量{P}mAh，转换率约8{n}%？", "梯子游戏有什么规律？", "如何在{app}上领取{year}年贺卡",
)  # fmt: skip
_SLOT = re.compile(r"\{(\w+)\}")
_LATIN = "ABCDEFGHIKLMNPQRSTUVXZ"
_WORDS = ("GIGA", "Lady", "NPC", "YY", "OL", "DNF", "LOL", "COS", "VIP", "TOP", "MV", "Dai", "Show", "Party", "Max", "Pro")  # fmt: skip


def honest_headline(rng: random.Random) -> str:
    """Return one short honest text of up to about sixty code points."""
    return _SLOT.sub(lambda match: _filled(match.group(1), rng), rng.choice(_TEMPLATES))


def honest_link_texts(rng: random.Random, count: int) -> list[str]:
    """Return ``count`` texts of a widget or list: mostly of one kind, as such lists are."""
    kinds = rng.sample(_TEMPLATES, 3)
    texts = []
    for _ in range(count):
        template = rng.choice(kinds) if rng.random() < 0.7 else rng.choice(_TEMPLATES)
        texts.append(_SLOT.sub(lambda match: _filled(match.group(1), rng), template))
    return texts


def _filled(slot: str, rng: random.Random) -> str:
    if slot == "n":
        return str(rng.randrange(1, 10))
    if slot == "N":
        return str(rng.randrange(10, 100))
    if slot == "P":
        return str(rng.randrange(1000, 10000))
    if slot == "year":
        return str(rng.randrange(2006, 2026))
    if slot == "E":
        return rng.choice(_WORDS)
    if slot == "M":
        letters = "".join(rng.choice(_LATIN) for _ in range(rng.randrange(1, 4)))
        tail = rng.choice(("", "", rng.choice(_LATIN), rng.choice(_LATIN.lower()), " IS", "K"))
        return f"{letters}{rng.randrange(10, 9999)}{tail}"
    return rng.choice(_SLOTS[slot])
