"""The words of each finding: what it means and what to do, in Chinese and in English."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Text:
    """What a finding means and what to do about it; `do` is empty where nothing is to be done."""

    zh: str
    en: str
    do_zh: str = ""
    do_en: str = ""


TEXTS: Final = {
    "config-refused": Text(
        "配置文件有平台不认识的键或值，平台不会启动。",
        "The configuration has a key or value the platform does not know; it would not start.",
        "按提示改正，对照 config.example.toml。",
        "Correct what is named; compare with config.example.toml.",
    ),
    "clock-demonstration": Text(
        "时钟为演示模式，可以跳动，不得用于真实项目。",
        "The clock is a demonstration's and may jump: not for real tenders.",
        "把 clock.mode 设为 normal，并使用新的数据库。",
        "Set clock.mode to normal and use a fresh database.",
    ),
    "host-name-unset": Text(
        "平台主机名仍是缺省值；它写在日志和回执密钥的名称里，以后不能更改。",
        "The host name is still the default; it stands in key names and cannot change later.",
        "在第一次启动之前设定 platform.host_name。",
        "Set platform.host_name before the first start.",
    ),
    "ocid-prefix-demonstration": Text(
        "开放数据标识前缀是演示用的，不属于任何人。",
        "The prefix of open data identifiers is the demonstration's and nobody's.",
        "向开放合同伙伴组织申请自己的前缀。",
        "Ask the Open Contracting Partnership for one of your own.",
    ),
    "no-independent-witness": Text(
        "没有独立的见证人，回执不能用来对抗平台自身。",
        "No independent witness: a receipt proves nothing against the operator.",
        "请他人运行见证程序，写入 log.witnesses。",
        "Have others run a witness and enter it under log.witnesses.",
    ),
    "no-quorum": Text(
        "见证人的法定数为零，没有见证的回执也算完整。",
        "The quorum is zero: receipts count as complete without any witness.",
        "把 log.quorum 设为至少 1。",
        "Set log.quorum to at least 1.",
    ),
    "no-outside-time": Text(
        "没有外部时间戳机构，时间只由平台自己证明。",
        "No outside time-stamping authority: only the platform vouches for its time.",
        "在 log.authorities 中加入一家。",
        "Enter one under log.authorities.",
    ),
    "owner-serves": Text(
        "服务进程持有数据库所有者的口令，可以修改表结构。",
        "The serving process holds the owner's password and can change the schema.",
        "从服务配置中去掉 owner_dsn_file，用另一份配置执行 kaibiao migrate。",
        "Leave owner_dsn_file out and run `kaibiao migrate` from another configuration.",
    ),
    "not-https": Text(
        "公开地址不是 https，口令和投标文件会明文传输。",
        "The public address is not https: passwords and files travel in the clear.",
        "在前面设置 TLS 代理，把 public_address 改为 https。",
        "Put a TLS proxy in front and make public_address https.",
    ),
    "proxy-not-trusted": Text(
        "没有受信任的代理，平台会把所有用户当成同一个地址，限流会误伤。",
        "No proxy is trusted: all users look like one address, and limits hit everybody.",
        "把代理地址写入 server.trusted_proxies。",
        "Enter the proxy's address in server.trusted_proxies.",
    ),
    "open-without-tls": Text(
        "平台在非本机地址上监听明文端口。",
        "The platform's plain port can be reached from other machines.",
        "把 server.host 设为 127.0.0.1，或用防火墙只放行代理。",
        "Set server.host to 127.0.0.1, or let only the proxy through a firewall.",
    ),
    "database-answers": Text("数据库应答。", "The database answers."),
    "database-away": Text(
        "连不上数据库。",
        "The database cannot be reached.",
        "检查 dsn_file 中的地址、口令和 pg_hba.conf。",
        "Check address and password in dsn_file, and pg_hba.conf.",
    ),
    "database-too-old": Text(
        "PostgreSQL 版本低于 15。",
        "PostgreSQL is older than 15.",
        "升级数据库。",
        "Upgrade the database.",
    ),
    "database-not-durable": Text(
        "数据库确认的内容断电后可能丢失。",
        "What the database acknowledges may be lost with the power.",
        "在 postgresql.conf 中打开该项并重新加载。",
        "Turn the setting on in postgresql.conf and reload.",
    ),
    "no-checksums": Text(
        "数据页没有校验和，磁盘上的错误不会被发现。",
        "Data pages have no checksums: a disk's mistakes go unseen.",
        "停库后执行 pg_checksums --enable。",
        "Stop the database and run pg_checksums --enable.",
    ),
    "database-not-utc": Text(
        "数据库时区不是 UTC，人工查询会看错时间。",
        "The database's time zone is not UTC: queries by hand show other times.",
        "设置 timezone = 'UTC'。",
        "Set timezone = 'UTC'.",
    ),
    "no-wal-archive": Text(
        "没有 WAL 归档，只能恢复到最近一次备份，不能恢复到任意时刻。",
        "WAL is not archived: a restore reaches the last backup, not a chosen instant.",
        "内置数据库：设定 backups.folder；自备数据库：设置 archive_mode。",
        "Embedded database: set backups.folder; one of your own: set archive_mode.",
    ),
    "role-may-too-much": Text(
        "应用角色的权限过大，可以改写日志。",
        "The application's role may do more than it should; the journal could be rewritten.",
        "使用 tendering_app 角色，不要用所有者或超级用户。",
        "Use the role tendering_app, never the owner or a superuser.",
    ),
    "role-may-too-little": Text(
        "应用角色缺少必要权限。",
        "The application's role lacks rights it needs.",
        "用所有者执行 kaibiao migrate，并检查角色。",
        "Run `kaibiao migrate` as the owner and check which role this is.",
    ),
    "not-migrated": Text(
        "数据库结构不是本版本的。",
        "The schema is not that of this release.",
        "执行 kaibiao migrate；若为较新版本所用，换用新版程序。",
        "Run `kaibiao migrate`; if a newer release used it, run that release.",
    ),
    "migrated": Text("数据库结构正确。", "The schema is that of this release."),
    "clock-agrees": Text("时钟一致。", "The clocks agree."),
    "clock-drifts": Text(
        "时钟相差一秒以上。",
        "The clocks differ by more than a second.",
        "两台机器都用 NTP 校时。",
        "Keep both machines by NTP.",
    ),
    "clock-wrong": Text(
        "时钟相差十秒以上，截止时间会判错。",
        "The clocks differ by ten seconds or more: deadlines would be judged wrongly.",
        "启动之前先校正时钟。",
        "Set the clock right before starting.",
    ),
    "folder-fit": Text("文件夹可用。", "The folder is fit."),
    "folder-not-writable": Text(
        "文件夹不能写入。",
        "The folder cannot be written.",
        "把它交给平台的系统用户。",
        "Give it to the platform's system user.",
    ),
    "folder-open": Text(
        "其他用户可以写入该文件夹。",
        "Others may write into the folder.",
        "chmod go-w。",
        "chmod go-w.",
    ),
    "disk-full": Text(
        "磁盘已满，平台拒绝新的字节。",
        "The disk is full: new bytes are refused.",
        "扩大磁盘或移走别的数据。",
        "Enlarge the disk or move other data away.",
    ),
    "disk-nearly-full": Text(
        "剩余空间不够一次最大的上传。",
        "Less is free than the largest upload takes.",
        "在下一个截止时间之前扩大磁盘。",
        "Enlarge the disk before the next deadline.",
    ),
    "few-files-left": Text(
        "文件系统的 inode 将用尽。",
        "The file system is running out of inodes.",
        "清理小文件，或重建文件系统。",
        "Clear small files away, or make the file system anew.",
    ),
    "folder-in-memory": Text(
        "文件夹在内存中，断电即失。",
        "The folder lies in memory and goes with the power.",
        "移到真正的磁盘上。",
        "Move it to a real disk.",
    ),
    "folder-over-network": Text(
        "文件夹在网络文件系统上，刷盘和锁未必可靠。",
        "The folder is on a network file system, whose fsync and locks may not hold.",
        "使用本机磁盘。",
        "Use a local disk.",
    ),
    "no-direct-writes": Text(
        "文件系统不支持 O_DIRECT，上传较慢。",
        "The file system has no O_DIRECT: uploads are slower.",
        "使用 ext4 或 xfs。",
        "Use ext4 or xfs.",
    ),
    "secret-kept": Text("机密文件权限正确。", "The secret is its owner's alone."),
    "secret-unreadable": Text(
        "机密文件读不到。",
        "The file with the secret cannot be read.",
        "检查路径和所有者。",
        "Check path and owner.",
    ),
    "secret-open": Text(
        "其他用户可以读取该机密文件。",
        "Others can read the file with the secret.",
        "chmod 600；视为已泄露并更换。",
        "chmod 600, and replace the secret: it may be known.",
    ),
    "keys-present": Text("平台密钥齐全。", "The platform's keys are complete."),
    "keys-not-made": Text(
        "还没有平台密钥，第一次启动会自动生成，没有见证。",
        "There are no keys yet; the first start makes them, unwitnessed.",
        "先举行密钥仪式，执行 kaibiao keys。",
        "Hold the key ceremony first: `kaibiao keys`.",
    ),
    "keys-unusable": Text(
        "平台密钥不完整或不可用，平台不会启动。",
        "The keys are incomplete or unusable; the platform would not start.",
        "从密钥备份恢复整个文件夹，不要补造其中一把。",
        "Restore the whole folder from the keys' backup; never make a single one anew.",
    ),
    "valid": Text("证书有效。", "It is valid."),
    "not-yet-valid": Text(
        "证书尚未生效。",
        "It is not valid yet.",
        "检查时钟，或换用证书。",
        "Check the clock, or use another.",
    ),
    "expired": Text("证书已过期。", "It has expired.", "立即更换。", "Replace it at once."),
    "expires-tonight": Text(
        "证书将在二十四小时内过期。",
        "It expires within a day.",
        "今天更换。",
        "Replace it today.",
    ),
    "expires-soon": Text(
        "证书将在三十天内过期。",
        "It expires within thirty days.",
        "安排更换，避开截止时间。",
        "Plan its replacement, away from any deadline.",
    ),
    "address-answers": Text("公开地址应答。", "The public address answers."),
    "address-unreachable": Text(
        "从本机访问公开地址失败。",
        "The public address cannot be reached from here.",
        "检查平台是否运行、DNS、代理和证书链。",
        "Is the platform running? Check DNS, proxy and certificate chain.",
    ),
    "address-is-another": Text(
        "公开地址上应答的不是本平台。",
        "What answers at the public address is not this platform.",
        "检查代理的转发。",
        "Check where the proxy leads.",
    ),
    "tls-too-old": Text(
        "TLS 版本过低。",
        "The TLS version is too old.",
        "代理只启用 TLS 1.2 和 1.3。",
        "Let the proxy speak TLS 1.2 and 1.3 only.",
    ),
    "witness-answers": Text("见证人应答。", "The witness answers."),
    "witness-away": Text(
        "见证人不应答，回执会等待法定数。",
        "The witness does not answer: receipts wait for a quorum.",
        "联系见证人，检查地址。",
        "Call whoever runs it; check the address.",
    ),
    "authority-answers": Text("时间戳机构应答。", "The time-stamping authority answers."),
    "authority-away": Text(
        "时间戳机构没有给出有效的时间戳。",
        "The time-stamping authority gives no valid stamp.",
        "检查地址、根证书和网络。",
        "Check address, root certificate and network.",
    ),
    "mail-answers": Text("邮件服务器应答。", "The mail server answers."),
    "mail-away": Text(
        "邮件服务器不可用，邮件会积压。",
        "The mail server cannot be used: mail piles up.",
        "检查地址、端口、加密方式和口令。",
        "Check host, port, security and password.",
    ),
    "rulebook-effective": Text("规则库有效。", "The rulebook is in force."),
    "rulebook-unusable": Text(
        "规则库不可用。",
        "The rulebook cannot be used.",
        "重新安装程序，不要手工修改规则文件。",
        "Install the program anew; never edit its rule files by hand.",
    ),
    "holidays-known": Text("节假日表有效。", "The holidays are known."),
    "holidays-end": Text(
        "明年的节假日还没有，时间表为暂定。",
        "Next year's holidays are not known: timetables are provisional.",
        "升级到含新节假日表的版本。",
        "Upgrade to a release that has them.",
    ),
    "holidays-outdated": Text(
        "今年的节假日不在表中，工作日可能算错。",
        "This year's holidays are unknown: working days may be counted wrongly.",
        "升级程序。",
        "Upgrade.",
    ),
    "no-backups": Text(
        "没有设定备份文件夹，无法检查备份。",
        "No folder of backups is named, so none can be looked for.",
        "设定 backups.folder，在磁盘之外再存一份。",
        "Set backups.folder, and keep a copy away from this disk.",
    ),
    "backups-unreadable": Text(
        "备份文件夹读不到。",
        "The folder of backups cannot be read.",
        "检查挂载和权限。",
        "Check mount and permissions.",
    ),
    "no-backup-yet": Text("还没有备份。", "There is no backup yet.", "立即备份。", "Take one now."),
    "backup-too-old": Text(
        "最近的备份过旧。",
        "The newest backup is too old.",
        "查明定时备份为何没有执行。",
        "Find out why the timer did not run.",
    ),
    "backup-from-the-future": Text(
        "最近的备份时间在将来。",
        "The newest backup is from the future.",
        "校正时钟。",
        "Set the clock right.",
    ),
    "wal-behind": Text(
        "数据库的预写日志没有持续复制，最近的数据不能恢复。",
        "The database's WAL is not being copied: what is newest could not be restored.",
        "平台须在运行；检查备份盘的空间、权限和服务日志。",
        "The platform must run; look at the backup disk's space and rights and at the log.",
    ),
    "keys-not-in-backup": Text(
        "备份中没有平台密钥。",
        "The platform's keys are not in the backup.",
        "在 backups.recipients 中列出保管人的 age 公钥，或另行保管密钥。",
        "Name the keepers' age recipients in backups.recipients, or keep the keys elsewhere.",
    ),
    "backup-fresh": Text("备份是新的。", "The backup is fresh."),
}
