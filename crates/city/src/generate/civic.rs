//! Who runs a generated city.

use urbis_network::Label;

use crate::pack::{Organization, Role};

/// The departments of a Chinese city, and a government and a squad of urban management in every
/// district.
pub(crate) fn organizations(city: &Label, districts: &[Label]) -> Vec<Organization> {
    let department = |id: &str, role, zh: &str, en: &str| Organization {
        id: id.to_owned(),
        name: Label { zh: format!("{}{zh}", city.zh), en: format!("{} {en}", city.en) },
        role,
        part_of: (role != Role::Government).then(|| "government".to_owned()),
        district: None,
    };
    let mut all = vec![
        department("government", Role::Government, "人民政府", "Municipal Government"),
        department("data", Role::Data, "数据局", "Data Bureau"),
        department("traffic-police", Role::TrafficPolice, "公安局交警支队", "Traffic Police"),
        department("emergency", Role::EmergencyMedical, "急救中心", "Emergency Medical Center"),
        department("fire", Role::FireRescue, "消防救援支队", "Fire and Rescue"),
        department("urban-management", Role::UrbanManagement, "城市管理局", "Urban Management"),
        department("transport", Role::Transport, "交通运输局", "Transport Bureau"),
        department("water", Role::Water, "水务集团", "Water Group"),
        department("drainage", Role::Drainage, "排水管理处", "Drainage Office"),
        department("power", Role::Power, "供电公司", "Power Supply Company"),
        department("environment", Role::Environment, "生态环境局", "Environment Bureau"),
        department("health", Role::Health, "卫生健康委员会", "Health Commission"),
        department("parks", Role::Parks, "园林绿化局", "Parks Bureau"),
    ];
    for (index, district) in districts.iter().enumerate() {
        let number = index + 1;
        let local = |id: String, role, part_of: &str, zh: &str, en: &str| Organization {
            id,
            name: Label { zh: format!("{}{zh}", district.zh), en: format!("{} {en}", district.en) },
            role,
            part_of: Some(part_of.to_owned()),
            district: Some(district.clone()),
        };
        all.push(local(
            format!("district-{number}"),
            Role::Government,
            "government",
            "人民政府",
            "Government",
        ));
        all.push(local(
            format!("squad-{number}"),
            Role::UrbanManagement,
            "urban-management",
            "城管大队",
            "Urban Management Squad",
        ));
        all.push(local(
            format!("police-{number}"),
            Role::TrafficPolice,
            "traffic-police",
            "交警大队",
            "Traffic Police Squad",
        ));
    }
    all
}
